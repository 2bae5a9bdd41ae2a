"""What the spec files mean together: references, merged requirements, findings."""
