-- For wrk: one kind of request in a thousand variants ({n} is the variant), and the figures of the run on one line.
local variants = {}

function init(args)
  local method, path, body = args[1], args[2], args[3]
  local headers = body and { ['Content-Type'] = 'application/json' } or {}
  for n = 1, 1000 do
    local at = path:gsub('{n}', n)
    local with = body and body:gsub('{n}', n) or nil
    variants[n] = wrk.format(method, at, headers, with)
  end
end

local count = 0
function request()
  count = count % #variants + 1
  return variants[count]
end

-- Requests a second, p50 and p99 in ms, answers that are no 2xx or 3xx, and requests lost or not answered in time.
function done(summary, latency)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('FIGURES %.0f %.2f %.2f %d %d\n', summary.requests / summary.duration * 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status, lost))
end
