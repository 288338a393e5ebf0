"""A process that does nothing but compare a password: python -m tests.bench.hashing libsodium|argon2-cffi.

For every number that it reads it compares so many times and answers with a line.
"""

import sys
from collections.abc import Callable

import argon2
import nacl.pwhash

from openlk.identity.passwords import MEMORY_BYTES, OPERATIONS

_PASSWORD = "соль и хлеб на столе".encode()


def _libsodium() -> Callable[[], object]:
    stored = nacl.pwhash.argon2id.str(_PASSWORD, opslimit=OPERATIONS, memlimit=MEMORY_BYTES)
    return lambda: nacl.pwhash.verify(stored, _PASSWORD)


def _argon2_cffi() -> Callable[[], object]:
    hasher = argon2.PasswordHasher(time_cost=OPERATIONS, memory_cost=MEMORY_BYTES // 1024, parallelism=1)
    stored = hasher.hash(_PASSWORD)
    return lambda: hasher.verify(stored, _PASSWORD)


LIBRARIES = {"libsodium": _libsodium, "argon2-cffi": _argon2_cffi}


def main() -> None:
    """Serve until the input ends."""
    compare = LIBRARIES[sys.argv[1]]()
    for line in sys.stdin:
        for _ in range(int(line)):
            compare()
        sys.stdout.write("done\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
