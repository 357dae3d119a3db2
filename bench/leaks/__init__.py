"""Mixed traffic for a long time, and whether the engine's processes, threads, open files and memory stay flat."""
