from shoplib.cli import main

main()
