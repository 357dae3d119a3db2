"""The entry point. `serve` starts anew with clean variables before anything that takes a while is imported."""

import sys

KEY_OPTIONS = {"--key-id": "SHOPLIB_KEY_ID", "--secret": "SHOPLIB_SECRET"}


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        from shoplib.clean_environment import start_again_cleaned

        start_again_cleaned(KEY_OPTIONS)
    from shoplib.localaws.startup import collect_seldom

    collect_seldom()
    from shoplib.cli import main as run

    run()


if __name__ == "__main__":
    main()
