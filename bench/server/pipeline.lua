-- SPDX-License-Identifier: MIT
-- Sixteen requests in one write. wrk parses them to know how many, and counts responses, not writes.
init = function()
    local requests = {}
    for i = 1, 16 do
        requests[i] = wrk.format()
    end
    together = table.concat(requests)
end

request = function()
    return together
end
