-- A table whose names and values are as awkward as PostgreSQL allows; read by test_sync.py.
CREATE TYPE mood AS ENUM ('so so', 'happy'); CREATE DOMAIN cents AS numeric(12,4);
CREATE TYPE size AS (wide int, high numeric);
CREATE TABLE "Order ""Items"""(
  "Key ""k""" text, n smallint, "select" bigint, i integer, o oid, r real, d double precision, p numeric, q numeric(30,10), c cents, b boolean,
  t timestamptz, u timestamp, day date, clock time, j json, jb jsonb, ints integer[], texts text[], deep numeric[], id uuid, m mood, ch char(5),
  v varchar(20), s size, "naïve ☕" text, raw bytea, PRIMARY KEY ("Key ""k""", n));
INSERT INTO "Order ""Items""" VALUES
  ('a|b', 1, 9223372036854775807, -2147483648, 4294967295, 0.1, 0.1, 12345678901234567890123456789.123456789012345678, 1.10, 3.5, true,
   '2025-03-30 03:00:00.123456+02', '2025-03-30 02:30:00.5', '2025-03-30', '23:59:59.999999', '{"a": [1, 2.50]}', '{"b": "é"}', '{1,NULL,3}',
   '{"x","a \"b\", c",NULL,""}', '{{1.10,2},{3,4}}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'happy', 'ab', '', '(3,1.20)', 'ü', '\x00ff'),
  ('a', 2, -9223372036854775808, 0, 0, 'NaN', 'Infinity', 'NaN', -0.0000000001, -1, false, '1999-12-31 23:59:59.000001-11', '0001-01-01',
   '9999-12-31', '00:00', '"null"', '[]', '{}', '{}', '{}', NULL, 'so so', '', E'tab\tline\nquote''"', NULL, NULL, NULL),
  ('', 3, NULL, NULL, NULL, 1e-45, 1.7976931348623157e308, 0.00, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
   NULL, NULL, NULL, NULL, NULL),
  ('(1,"x")', 4, 1, 1, 1, -0.0, 5e-324, 1e30, 5, 0, false, '2024-02-29 12:00Z', '2024-02-29 12:00', '2024-02-29', '12:00', '"\u00e9"', '1.50', '{7}',
   '{"日本"}', '{0.10}', '00000000-0000-0000-0000-000000000000', 'happy', 'abcde', '''; DROP TABLE x; --', '(,)', E'\u2028', '');
