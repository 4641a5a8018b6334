# SPDX-License-Identifier: MIT
# hello with EventMachine, which has no HTTP server: what ends in an empty line is a request, as in floor.c.
require 'eventmachine'

module Hello
  BODY = "Olá Mundo\n"
  HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: #{BODY.bytesize}\r\n"

  def post_init
    @input = +''
  end

  def receive_data(data)
    @input << data
    while @input.slice!(/\A.*?\r\n\r\n/m)
      send_data("#{HEAD}Date: #{Time.now.utc.strftime('%a, %d %b %Y %H:%M:%S GMT')}\r\n\r\n#{BODY}")
    end
  end
end

EM.epoll
EM.set_descriptor_table_size(20_000)
EM.run { EM.start_server('127.0.0.1', Integer(ARGV[0]), Hello) }
