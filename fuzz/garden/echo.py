# SPDX-License-Identifier: MIT
"""
The field Echo, by which every server here tells what it took a request for:

    Echo: METHOD-in-hexadecimal LENGTH-and-SHA1-of-target LENGTH-and-SHA1-of-body
"""
import hashlib
from collections import namedtuple

Echo = namedtuple('Echo', 'method target body')  # the latter two are (length, beginning of the SHA-1)


def sum_up(octets):
    return f'{len(octets)}:{hashlib.sha1(octets).hexdigest()[:16]}'


def make(method, target, body):
    """Octets in, the field's value out."""
    return f'{method[:64].hex() or "-"} {sum_up(target)} {sum_up(body)}'


def read(value):
    method, target, body = value.split()
    return Echo(b'' if method == '-' else bytes.fromhex(method), target, body)
