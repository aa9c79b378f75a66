"""What happened at the practice company before anybody looked: invented, messy, the same for the same seed."""
