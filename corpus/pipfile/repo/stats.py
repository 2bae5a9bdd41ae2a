print("no messages yet")
