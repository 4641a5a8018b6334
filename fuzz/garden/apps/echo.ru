# SPDX-License-Identifier: MIT
# puma and unicorn.
require_relative 'echo'

run(lambda do |env|
  body = env['rack.input'].read.to_s
  echo = make_echo(env['REQUEST_METHOD'], env['REQUEST_URI'], body)
  [200, { 'Content-Length' => '0', 'Echo' => echo }, []]
end)
