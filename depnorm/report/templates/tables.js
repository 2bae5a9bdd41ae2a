// Tables sort by the column whose button is pressed, with a mouse or a keyboard.
(() => {
  "use strict";
  const value = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent.trim();
  const compare = (one, two, isNumber) =>
    isNumber ? Number(one) - Number(two) : one.localeCompare(two, "en", { numeric: true });

  function sort(table, column) {
    const heading = table.tHead.rows[0].cells[column];
    const isNumber = heading.classList.contains("number");
    const before = heading.getAttribute("aria-sort");
    const falling = before ? before === "ascending" : isNumber;
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => [value(row, column), row]);
    rows.sort(([one], [two]) => {
      // What is unknown stays last.
      if (one === "" || two === "") return (one === "") - (two === "");
      return (falling ? -1 : 1) * compare(one, two, isNumber);
    });
    body.append(...rows.map(([, row]) => row));
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", falling ? "descending" : "ascending");
    const order = falling ? "descending" : "ascending";
    document.getElementById("live").textContent = `Sorted by ${heading.textContent.trim()}, ${order}`;
  }

  for (const table of document.querySelectorAll("table.sortable")) {
    [...table.tHead.rows[0].cells].forEach((heading, column) => {
      heading.querySelector("button").addEventListener("click", () => sort(table, column));
    });
  }
})();
