"""The program ``lse-verify``, and ``python -m lse_verify``."""

import signal


def main() -> None:
    """Run the command line."""
    # Until it can be told in a line, Ctrl-C ends the program without a word, not in a traceback.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from lse_verify.execution.interruption import whole_program

    with whole_program():
        from lse_verify.cli import main as command_line

        command_line()


if __name__ == "__main__":
    main()
