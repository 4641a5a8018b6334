# SPDX-License-Identifier: MIT
"""
A copy of the tree in which bugs are laid and harnesses built.

Each variant is a build folder of the copy, configured once; after a patch make builds anew only what has changed.
"""

import os
import shutil
import subprocess

import patch

VARIANTS = {
    'guard': '-O2 -g -fsanitize=fuzzer-no-link',
    'sanitizers': '-O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all',
}
COMPILER = os.environ.get('FUZZ_CC', 'clang-19')
FOLDERS = ['parser', 'stream', 'server-min', 'fuzz', 'tests', 'examples', 'bench', 'doc', 'build-aux', '.clusterfuzzlite', '.github']


class Workshop:
    def __init__(self, top, folder):
        self.tree = folder / 'tree'
        self.logs = folder / 'logs'
        self.logs.mkdir(parents=True, exist_ok=True)
        self._copy(top)

    def _copy(self, top):
        """What has not changed keeps its time, so a second run builds little."""
        self.tree.mkdir(parents=True, exist_ok=True)
        for path in top.iterdir():
            if path.is_file():
                self._copy_file(path, self.tree / path.name)
        for name in FOLDERS:
            if (top / name).is_dir():
                self._copy_folder(top / name, self.tree / name)

    def _copy_folder(self, source, target):
        wanted = set()
        for path in source.rglob('*'):
            if path.is_file():
                self._copy_file(path, target / path.relative_to(source))
                wanted.add(path.relative_to(source))
        for path in list(target.rglob('*')):
            if path.is_file() and path.relative_to(target) not in wanted:
                path.unlink()

    @staticmethod
    def _copy_file(source, target):
        if target.exists() and target.read_bytes() == source.read_bytes():
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        os.utime(target)

    def _run(self, command, cwd, log):
        with open(self.logs / log, 'a') as output:
            done = subprocess.run(command, cwd=cwd, stdout=output, stderr=subprocess.STDOUT)
        if done.returncode:
            raise SystemExit(f'{" ".join(map(str, command))} failed: see {self.logs / log}')

    def configure(self, variant):
        build = self.tree / f'build-{variant}'
        if not (self.tree / 'configure').exists() or not (self.tree / 'Makefile.in').exists():
            self._run(['autoreconf', '-fi'], self.tree, 'autoreconf.log')
        if (build / 'Makefile').exists():
            return build
        build.mkdir(exist_ok=True)
        self._run(['../configure', '-q', f'CC={COMPILER}', f'CFLAGS={VARIANTS[variant]}', 'LIB_FUZZING_ENGINE=-fsanitize=fuzzer'],
                  build, f'configure-{variant}.log')
        return build

    def make(self, variant, targets, jobs):
        build = self.configure(variant)
        self._run(['make', '-s', f'-j{jobs}', *targets], build, f'make-{variant}.log')
        return build

    def lay(self, path):
        patch.lay(path, self.tree)

    def take_back(self, path):
        patch.lay(path, self.tree, back=True)
