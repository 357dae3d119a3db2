"""What was really called, and pictures of it: held against what is declared and deployed."""
