# SPDX-License-Identifier: MIT
# The field Echo, of which echo.py in the folder above tells the form, for the servers in Ruby.
require 'digest'

def sum_up(octets)
  "#{octets.bytesize}:#{Digest::SHA1.hexdigest(octets)[0, 16]}"
end

def make_echo(method, target, body)
  "#{method.unpack1('H*')} #{sum_up(target)} #{sum_up(body)}"
end
