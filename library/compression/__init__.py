"""What solved programs share: abstractions found by stitch-core, typed and named here."""
