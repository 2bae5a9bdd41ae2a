"""depnorm: container layers that repositories share."""
