# SPDX-License-Identifier: MIT
"""
The builds that a campaign is made of: one table, and how a row becomes build/fuzz/NAME.

How this works

A variant is a build folder with its own compiler, flags and fuzzing engine; the harnesses are the programs fuzz/HARNESS in it.
Which harnesses there are is what make says of one that is configured, so that a new harness joins by itself.
"""
import os
import shutil
from dataclasses import dataclass, field

from tree import CAMPAIGN, FUZZ, TOP, VARIANTS, Trouble, ask, run, say


@dataclass
class Variant:
    name: str
    tells: str  # what it is good for
    compiler: str
    flags: str
    engine: str = ''  # LIB_FUZZING_ENGINE; without one the harness is a replayer
    options: tuple = ()  # more for configure
    environment: dict = field(default_factory=dict)  # while it is built

    @property
    def folder(self):
        return VARIANTS / self.name


COMPILER = 'clang-19' if shutil.which('clang-19') else 'clang'  # libFuzzer; MC/DC from 18 on
LIBFUZZER, AFL = '-fsanitize=fuzzer', 'fuzz/driver/afl.o'
GOTO = f'RAGEL={FUZZ}/campaign/goto-ragel'  # all machines: in tables an engine sees no transition; sanitizers have what is shipped
UNDEFINED = '-fno-sanitize-recover=all -fno-omit-frame-pointer'

VARIANT_TABLE = (
    Variant('guard', 'the quick one: guard pages stop reads outside', COMPILER,
            '-O2 -g -fsanitize-coverage=inline-8bit-counters,pc-table', LIBFUZZER,  # to trace comparisons costs half the speed
            options=(GOTO,)),
    Variant('values', 'comparisons are traced', COMPILER, '-O2 -g -fsanitize=fuzzer-no-link', LIBFUZZER, options=(GOTO,)),
    Variant('asan', 'blocks of exact size, and undefined behaviour', COMPILER,
            f'-O1 -g -fsanitize=fuzzer-no-link,address,undefined {UNDEFINED}', LIBFUZZER),
    Variant('msan', 'bytes read before they are written', COMPILER,
            '-O1 -g -fsanitize=fuzzer-no-link,memory -fno-omit-frame-pointer', LIBFUZZER,
            options=('--without-zlib',)),  # a library that is not built so would be suspected
    Variant('afl', 'AFL++ where there is no LTO', 'afl-clang-fast', '-O2 -g', AFL, options=(GOTO,)),
    Variant('afl-lto', 'edges that do not collide', 'afl-clang-lto', '-O2 -g', AFL,
            options=('RANLIB=llvm-ranlib-14', 'AR=llvm-ar-14', GOTO)),
    Variant('afl-asan', 'blocks of exact size', 'afl-clang-fast', '-O1 -g', AFL,
            environment={'AFL_USE_ASAN': '1', 'AFL_USE_UBSAN': '1'}),
    Variant('afl-cmplog', 'values that are compared become input', 'afl-clang-fast', '-O2 -g', AFL, options=(GOTO,),
            environment={'AFL_LLVM_CMPLOG': '1'}),
    Variant('afl-laf', 'comparisons taken apart', 'afl-clang-fast', '-O2 -g', AFL, options=(GOTO,),
            environment={'AFL_LLVM_LAF_ALL': '1'}),
    Variant('cover', 'lines, branches, MC/DC', COMPILER,
            '-O0 -g -fprofile-instr-generate -fcoverage-mapping -fcoverage-mcdc'),
    Variant('trace', 'states and transitions of the machines, in table style', COMPILER, '-O1 -g',
            options=('--with-ragel-style=T0', f'RAGEL={FUZZ}/campaign/traced-ragel')),
)
VARIANT = {variant.name: variant for variant in VARIANT_TABLE}


def build(name, targets, jobs):
    """The harnesses `targets` of a variant; only what has changed is made."""
    variant = VARIANT[name]
    if not shutil.which(variant.compiler):
        raise Trouble(f'{variant.compiler} is not installed (./dev campaign installs what is missing)')
    environment = dict(os.environ, AFL_QUIET='1', **variant.environment)
    log = CAMPAIGN / f'logs/build-{name}.log'
    configure(variant, log, environment)
    run(['make', '-s', f'-j{jobs}', *targets], log, cwd=variant.folder, env=environment)


def configure(variant, log, environment):
    """Once; and from the beginning if its row in the table has changed."""
    command = [TOP / 'configure', '-q', f'CC={variant.compiler}', f'CFLAGS={variant.flags}', f'LIB_FUZZING_ENGINE={variant.engine}',
               *variant.options]
    noted, told = variant.folder / 'variant.txt', '\n'.join(map(str, [*command, variant.environment]))
    if (variant.folder / 'Makefile').exists() and noted.exists() and noted.read_text() == told:
        return
    say(f'configures {variant.name}: {variant.tells}')
    shutil.rmtree(variant.folder, ignore_errors=True)
    variant.folder.mkdir(parents=True)
    run(command, log, cwd=variant.folder, env=environment)
    noted.write_text(told)


def build_word(options):
    if options.variant not in VARIANT:
        raise Trouble(f'no such variant: {options.variant}; there are\n' +
                      '\n'.join(f'    {variant.name:<11} {variant.tells}' for variant in VARIANT_TABLE))
    build(options.variant, options.target or ['fuzz'], os.cpu_count())
    print(VARIANT[options.variant].folder)
    return 0


def list_harnesses(folder):
    """As make names them in a folder that is configured."""
    names = ask(['make', '-s', 'print-harnesses'], cwd=folder).split()
    if not names:
        raise Trouble(f'make print-harnesses says nothing in {folder}')
    return names


def harness_program(variant, harness):
    return VARIANT[variant].folder / 'fuzz' / harness
