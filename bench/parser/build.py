# SPDX-License-Identifier: MIT
"""
The program bench, of our parser and of those that can be had.

How this works

A reader is an adapter (NAME.c here) with the parser's own sources, compiled with the flags that its row says, and joined to one
object file in which only the reader is visible. So the same parser can be in the program twice, compiled in two ways.

llhttp's sources come in a package of Debian. picohttpparser's, and http-parser's, which else would be as Debian compiled it, are in
source packages; they are fetched once, by apt-get with a list of its own, and kept in the build folder.
"""
import os
import re
import shutil
import subprocess
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HOME, TOP = Path(__file__).parent, Path(__file__).parents[2]
LLHTTP, LLHTTP_HEADERS = Path('/usr/share/llhttp'), Path('/usr/share/include/llhttp')
V3 = {'avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'abm', 'movbe', 'xsave'}  # what /proc/cpuinfo calls what x86-64-v3 adds
MACHINES = ('request.c', 'response.c', 'chunked.c', 'target.c', 'value.c')
FETCHED = {  # source package: the folder in it, its files
    'h2o': ('deps/picohttpparser', ('picohttpparser.c', 'picohttpparser.h')),
    'http-parser': ('.', ('http_parser.c', 'http_parser.h')),
}
AS_USERS = ['-g', '-O2']
WARNINGS = ['-std=c11', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow']


class Reader:
    """sources: the parser's, or an archive. headers, defines: for them; adapted: what is defined for the adapter alone."""

    def __init__(self, name, role, adapter, flags, sources, headers=(), defines=(), adapted=()):
        self.name, self.role, self.adapter, self.flags = name, role, adapter, flags
        self.sources, self.headers, self.defines, self.adapted = sources, headers, defines, adapted
        self.symbol = 'reader_' + re.sub(r'\W+', '_', name)
        self.compiled = ' '.join(flags) if all(path.suffix == '.c' for path in sources) else 'as Debian compiled it'
        self.text = 0  # octets of code of the parser


def best_flags():
    found = re.search(r'^flags\s*:(.*)$', Path('/proc/cpuinfo').read_text(), re.M)
    return ['-O3', '-march=x86-64-v3'] if found and V3 <= set(found[1].split()) else ['-O3']


# ---- What has to be fetched ----

def run(command, **how):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, **how)


def list_sources():
    """The system's own lists of Debian, with the word for sources."""
    release = dict(line.split('=', 1) for line in Path('/etc/os-release').read_text().splitlines() if '=' in line)
    suite = release.get('VERSION_CODENAME', '').strip('"')
    for path in [Path('/etc/apt/sources.list'), *sorted(Path('/etc/apt/sources.list.d').glob('*'))]:
        if not path.is_file():
            continue
        if path.suffix == '.sources':
            for stanza in re.split(r'\n\s*\n', path.read_text()):
                if re.search(rf'^Suites:.*\b{suite}\b(?!-)', stanza, re.M) and re.search(r'^Components:.*\bmain\b', stanza, re.M):
                    yield 'sources', re.sub(r'^Types:.*$', 'Types: deb-src', stanza, flags=re.M)
        elif path.suffix == '.list':
            for line in path.read_text().splitlines():
                if re.match(rf'deb\s.*\s{suite}\s.*\bmain\b', line):
                    yield 'list', re.sub(r'^deb', 'deb-src', line)


def prepare_apt(folder):
    """Options for an apt-get that leaves the system's lists alone."""
    (folder / 'lists/partial').mkdir(parents=True, exist_ok=True)
    (folder / 'parts').mkdir(exist_ok=True)
    found = list(list_sources())
    if not found:
        raise OSError('the system has no list of packages')
    for kind, between in (('sources', '\n\n'), ('list', '\n')):
        (folder / f'parts/debian.{kind}').write_text(between.join(text for what, text in found if what == kind) + '\n')
    return ['-o', 'Dir::Etc::SourceList=/dev/null', '-o', f'Dir::Etc::SourceParts={folder}/parts', '-o', f'Dir::State::Lists={folder}/lists',
            '-o', f'Dir::Cache={folder}', '-o', 'APT::Sandbox::User=root', '-o', 'Acquire::Retries=1']


def unpack(archive, inside, files, folder):
    with tarfile.open(archive) as tar:
        for member in tar:
            path = Path(member.name)
            if path.name in files and path.parent == Path(*path.parts[:1]) / inside:
                (folder / path.name).write_bytes(tar.extractfile(member).read())


def fetch_all(folder, say):
    """What is already there is not fetched again; what cannot be had is said, and left out."""
    missing = [package for package in FETCHED if not (folder / package / 'version').exists()]
    if not missing or not shutil.which('apt-get'):
        return
    try:
        apt = folder / 'apt'
        options = prepare_apt(apt)
        say('fetching the list of source packages')
        subprocess.run(['apt-get', '-qq', *options, 'update'], capture_output=True, timeout=120, check=False)
        for package in missing:
            say(f'fetching the sources of {package}')
            run(['apt-get', '-qq', *options, 'source', '--download-only', package], cwd=apt, timeout=300)
            archive, inside, files = next(apt.glob(f'{package}_*.orig.tar.*')), *FETCHED[package]
            (folder / package).mkdir(exist_ok=True)
            unpack(archive, inside, files, folder / package)
            (folder / package / 'version').write_text(archive.name.split('_')[1].split('.orig')[0])
    except (OSError, StopIteration, subprocess.SubprocessError, tarfile.TarError) as trouble:
        said = getattr(trouble, 'stderr', None) or trouble
        say(f'not to be had: {", ".join(missing)} ({" ".join(str(said).split())[:200]})')
    finally:
        shutil.rmtree(folder / 'apt', ignore_errors=True)


# ---- Who takes part ----

def our_sources(build):
    machines = [build / 'parser' / name if (build / 'parser' / name).exists() else TOP / 'parser' / name for name in MACHINES]
    return [*machines, *(path for path in sorted((TOP / 'parser').glob('*.c')) if path.name not in MACHINES)]


def find_ours(build, flags):
    """With the flags of the peers, in both modes, and without vectors of its own; and as configure compiles it for who says nothing."""
    rows = (('fluxo', flags, '0'), ('fluxo pieces', flags, 'FLUXO_PIECES'), ('fluxo plain', [*flags, '-DFLUXO_PLAIN'], '0'),
            ('fluxo -O2', AS_USERS, '0'))
    for name, how, mode in rows:
        yield Reader(name, 'fluxo', HOME / 'fluxo.c', how, our_sources(build), [TOP / 'parser'],
                     ['-std=c11', '-DFLUXO_VERSION=""'], [f'-DREADER_FLAGS={mode}'])


def find_peers(fetched, flags, say):
    """`versions`: what they are, for the table."""
    versions, peers = [], []
    if (LLHTTP / 'llhttp.c').exists():
        header = (LLHTTP_HEADERS / 'llhttp.h').read_text()
        versions.append('llhttp ' + '.'.join(re.search(rf'LLHTTP_VERSION_{part} (\d+)', header)[1] for part in ('MAJOR', 'MINOR', 'PATCH')))
        peers.append(Reader('llhttp', 'peer', HOME / 'llhttp.c', flags, sorted(LLHTTP.glob('*.c')), [LLHTTP_HEADERS]))
    else:
        say('llhttp is left out: the package node-llhttp is not installed')
    if (fetched / 'http-parser/version').exists():
        folder = fetched / 'http-parser'
        versions.append(f'http-parser {(folder / "version").read_text()}')
        peers.append(Reader('http-parser', 'peer', HOME / 'http-parser.c', flags, [folder / 'http_parser.c'], [folder]))
    elif archive := next(Path('/usr').glob('lib/**/libhttp_parser.a'), None):
        versions.append('http-parser as Debian compiled it')
        peers.append(Reader('http-parser', 'peer', HOME / 'http-parser.c', flags, [archive]))
    else:
        say('http-parser is left out: neither its sources nor the package libhttp-parser-dev are there')
    if (fetched / 'h2o/version').exists():
        folder = fetched / 'h2o'
        versions.append(f'picohttpparser of h2o {(folder / "version").read_text()}')
        for name, looks_up in (('picohttpparser', 0), ('pico + framing', 1)):
            peers.append(Reader(name, 'relative', HOME / 'picohttpparser.c', flags, [folder / 'picohttpparser.c'], [folder], [],
                                [f'-DREADER_LOOKS_UP={looks_up}']))
    else:
        say('picohttpparser is left out: its sources are not there')
    return peers, versions


# ---- Building ----

class Builder:
    def __init__(self, cc, folder):
        self.cc, self.folder, self.libraries, self.jobs = cc, folder, {}, os.cpu_count()

    def compile(self, source, target, flags):
        run([*self.cc, *flags, '-c', source, '-o', target])
        return target

    def build_library(self, reader):
        """Objects and archives of the parser itself; readers that differ in their adapters only have them in common."""
        flags = [*reader.flags, *(f'-I{path}' for path in reader.headers), *reader.defines]
        key = (*flags, *reader.sources)
        if key not in self.libraries:
            folder = self.folder / f'library-{len(self.libraries)}'
            folder.mkdir(parents=True, exist_ok=True)
            with ThreadPoolExecutor(self.jobs) as pool:
                self.libraries[key] = [*pool.map(lambda path: path if path.suffix == '.a' else
                                                 self.compile(path, folder / f'{path.stem}.o', flags), reader.sources)]
        return self.libraries[key]

    def build_reader(self, reader):
        library = self.build_library(reader)
        reader.text = sum(map(read_text_size, library))
        adapter, joined = self.folder / f'{reader.symbol}-adapter.o', self.folder / f'{reader.symbol}.o'
        self.compile(reader.adapter, adapter, [*reader.flags, *(f'-I{path}' for path in (HOME, *reader.headers)), *WARNINGS, '-D_GNU_SOURCE',
                                               f'-DREADER={reader.symbol}', f'-DREADER_NAME="{reader.name}"', *reader.adapted])
        run(['ld', '-r', '-o', joined, adapter, *library])
        run(['objcopy', f'--keep-global-symbol={reader.symbol}', joined])
        return joined

    def build(self, readers, flags):
        objects = [self.build_reader(reader) for reader in readers]
        table = self.folder / 'readers.c'
        table.write_text('#include "reader.h"\n' + ''.join(f'extern const struct reader {reader.symbol};\n' for reader in readers) +
                         'extern const struct reader *const readers[];\nextern const size_t readers_count;\n'
                         f'const struct reader *const readers[] = {{{", ".join("&" + reader.symbol for reader in readers)}}};\n'
                         'const size_t readers_count = sizeof readers / sizeof readers[0];\n')
        own = [HOME / f'{name}.c' for name in ('bench', 'trial', 'steps', 'log')] + [TOP / 'tests/text.c', table]
        program = self.folder / 'bench'
        run([*self.cc, *flags, *WARNINGS, '-D_GNU_SOURCE', f'-I{HOME}', '-o', program, *own, *objects])
        return program

    def build_growth(self, reader):
        program = self.folder / 'growth'
        run([*self.cc, *reader.flags, *WARNINGS, '-D_GNU_SOURCE', f'-I{TOP}/parser', '-o', program, HOME / 'growth.c', *self.build_library(reader)])
        return program


def read_text_size(path):
    """Of an object or all in an archive: the sections of code."""
    return sum(int(size) for size in re.findall(r'^\.text\S*\s+(\d+)', run(['size', '-A', path]).stdout, re.M))
