# SPDX-License-Identifier: MIT
# WEBrick: webrick.rb PORT
require 'webrick'
require_relative 'echo'

class EchoServlet < WEBrick::HTTPServlet::AbstractServlet
  def service(request, response)
    response['Echo'] = make_echo(request.request_method, request.unparsed_uri, request.body.to_s)
    response.body = ''
  end
end

server = WEBrick::HTTPServer.new(BindAddress: '127.0.0.1', Port: ARGV[0].to_i, AccessLog: [], Logger: WEBrick::Log.new(File::NULL))
server.mount('/', EchoServlet)
trap('TERM') { server.shutdown }
server.start
