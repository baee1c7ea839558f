"""The worst inputs: hunted, exhausted, shrunk and kept."""
