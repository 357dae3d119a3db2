-- Functions of Athena (Trino) that DuckDB lacks, or means otherwise. Each is called in the place of its namesake.

-- Division: integers stay integers, and DuckDB answers null where Athena fails.
CREATE MACRO athena.nonzero(b) AS CASE WHEN b = 0 THEN error('DIVISION_BY_ZERO: / by zero') ELSE b END;
-- Decimals as whole numbers of their last places, divided by long division; halves are rounded away from zero.
CREATE MACRO athena.unscaled(a) AS CAST(replace(CAST(a AS VARCHAR), '.', '') AS HUGEINT);
CREATE MACRO athena.half_up(n, d) AS CAST(sign(n) * sign(d) AS HUGEINT) * ((2 * abs(n) + abs(d)) // nullif(2 * abs(d), 0));
CREATE MACRO athena.placed(q, s) AS CASE WHEN q < 0 THEN '-' ELSE '' END || left(lpad(CAST(abs(q) AS VARCHAR), 40, '0'), 40 - s)
    || '.' || right(lpad(CAST(abs(q) AS VARCHAR), 40, '0'), s);
CREATE MACRO athena.decimal_quotient(a, b, factor, s) AS CASE WHEN b = 0 THEN error('DIVISION_BY_ZERO: Division by zero')
    ELSE athena.placed(athena.half_up(athena.unscaled(a) * factor, athena.unscaled(b)), s) END;
CREATE MACRO athena.decimal_quotient_or_null(a, b, factor, s) AS
    athena.placed(athena.half_up(athena.unscaled(a) * factor, athena.unscaled(b)), s);
CREATE MACRO athena.truncate(a) AS trunc(a), (a, n) AS trunc(a, n);
CREATE MACRO athena.log(b, x) AS ln(x) / ln(b);
CREATE MACRO athena.e() AS exp(1.0);
CREATE MACRO athena.infinity() AS CAST('inf' AS DOUBLE);
CREATE MACRO athena.nan() AS CAST('nan' AS DOUBLE);
CREATE MACRO athena.random() AS random(), (n) AS CAST(floor(random() * n) AS BIGINT), (a, b) AS a + CAST(floor(random() * (b - a)) AS BIGINT);
CREATE MACRO athena.bitwise_and(a, b) AS a & b;
CREATE MACRO athena.bitwise_or(a, b) AS a | b;
CREATE MACRO athena.bitwise_xor(a, b) AS xor(a, b);
CREATE MACRO athena.bitwise_not(a) AS ~a;
CREATE MACRO athena.bitwise_left_shift(a, n) AS a << n;
CREATE MACRO athena.bitwise_right_shift(a, n) AS a >> n;
CREATE MACRO athena.to_base(n, radix) AS lower(to_base(n, radix));

-- Dates: full units that have passed, and dates that stay dates.
CREATE MACRO athena.date_diff(unit, a, b) AS date_sub(unit, a, b);
CREATE MACRO athena.plus(a DATE, i INTERVAL) AS CAST(a + i AS DATE), (a TIMESTAMP, i INTERVAL) AS a + i,
    (a TIMESTAMPTZ, i INTERVAL) AS a + i, (a INTERVAL, i INTERVAL) AS a + i;
CREATE MACRO athena.minus(a DATE, i INTERVAL) AS CAST(a - i AS DATE), (a TIMESTAMP, i INTERVAL) AS a - i,
    (a TIMESTAMPTZ, i INTERVAL) AS a - i, (a INTERVAL, i INTERVAL) AS a - i;
CREATE MACRO athena.interval(unit, n) AS CASE lower(unit)
    WHEN 'millisecond' THEN to_milliseconds(n) WHEN 'second' THEN to_seconds(n) WHEN 'minute' THEN to_minutes(n)
    WHEN 'hour' THEN to_hours(n) WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_weeks(CAST(n AS INTEGER))
    WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(3 * CAST(n AS INTEGER))
    WHEN 'year' THEN to_years(CAST(n AS INTEGER))
    ELSE error('INVALID_FUNCTION_ARGUMENT: ''' || unit || ''' is not a valid Timestamp field') END;
CREATE MACRO athena.date_add(unit, n, a DATE) AS CAST(a + athena.interval(unit, n) AS DATE),
    (unit, n, a TIMESTAMP) AS a + athena.interval(unit, n), (unit, n, a TIMESTAMPTZ) AS a + athena.interval(unit, n);
CREATE MACRO athena.date_trunc(unit, a DATE) AS CAST(date_trunc(unit, a) AS DATE),
    (unit, a TIMESTAMP) AS date_trunc(unit, a), (unit, a TIMESTAMPTZ) AS date_trunc(unit, a);
CREATE MACRO athena.date(a) AS CAST(a AS DATE);
CREATE MACRO athena.last_day_of_month(a) AS last_day(a);
CREATE MACRO athena.from_unixtime(n) AS to_timestamp(n), (n, zone) AS to_timestamp(n);
CREATE MACRO athena.from_iso8601_date(a) AS CAST(a AS DATE);
CREATE MACRO athena.from_iso8601_timestamp(a) AS CAST(a AS TIMESTAMPTZ);
CREATE MACRO athena.to_iso8601(a DATE) AS strftime(a, '%Y-%m-%d'), (a TIMESTAMP) AS strftime(a, '%Y-%m-%dT%H:%M:%S.%g'),
    (a TIMESTAMPTZ) AS strftime(a, '%Y-%m-%dT%H:%M:%S.%gZ');
CREATE MACRO athena.millisecond(a) AS CAST(date_part('millisecond', a) AS BIGINT) % 1000;
CREATE MACRO athena.to_milliseconds(i) AS CAST(round(epoch(i) * 1000) AS BIGINT);

-- Texts: no match is null, and places begin with 1.
CREATE MACRO athena.substr(s, start) AS CASE WHEN start = 0 OR start < -length(s) THEN '' ELSE substr(s, start) END,
    (s, start, n) AS CASE WHEN start = 0 OR start < -length(s) THEN '' ELSE substr(s, start, n) END;
CREATE MACRO athena.split_part(s, d, n) AS string_split(s, d)[n];
CREATE MACRO athena.split(s, d) AS string_split(s, d),
    (s, d, n) AS CASE WHEN len(string_split(s, d)) <= n THEN string_split(s, d)
        ELSE list_append(string_split(s, d)[1:n - 1], array_to_string(string_split(s, d)[n:], d)) END;
CREATE MACRO athena.lpad(s, n, p) AS lpad(s, CAST(n AS INTEGER), p);
CREATE MACRO athena.rpad(s, n, p) AS rpad(s, CAST(n AS INTEGER), p);
CREATE MACRO athena.chr(n) AS chr(CAST(n AS INTEGER));
CREATE MACRO athena.strpos(s, part) AS CAST(strpos(s, part) AS BIGINT);
CREATE MACRO athena.replace(s, part) AS replace(s, part, ''), (s, part, other) AS replace(s, part, other);
CREATE MACRO athena.regexp_like(s, p) AS regexp_matches(s, p);
CREATE MACRO athena.regexp_extract(s, p) AS CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p) END,
    (s, p, n) AS CASE WHEN regexp_matches(s, p) THEN regexp_extract(s, p, n) END;
CREATE MACRO athena.regexp_extract_all(s, p) AS regexp_extract_all(s, p), (s, p, n) AS regexp_extract_all(s, p, n);
CREATE MACRO athena.regexp_replace(s, p) AS regexp_replace(s, p, '', 'g'),
    (s, p, r) AS regexp_replace(s, p, regexp_replace(r, '\$(\d)', '\\\1', 'g'), 'g');
CREATE MACRO athena.regexp_count(s, p) AS CAST(len(regexp_extract_all(s, p)) AS BIGINT);
CREATE MACRO athena.to_hex(b) AS hex(b);
CREATE MACRO athena.md5(b) AS unhex(md5(b));
CREATE MACRO athena.sha1(b) AS unhex(sha1(b));
CREATE MACRO athena.sha256(b) AS unhex(sha256(b));
CREATE MACRO athena.url_extract_protocol(u) AS nullif(regexp_extract(u, '^([^:/?#]+):', 1), '');
CREATE MACRO athena.url_extract_host(u) AS nullif(regexp_extract(u, '^[^:/?#]+://(?:[^/?#@]*@)?([^:/?#]*)', 1), '');
CREATE MACRO athena.url_extract_path(u) AS regexp_extract(u, '^(?:[^:/?#]+:)?(?://[^/?#]*)?([^?#]*)', 1);
CREATE MACRO athena.url_extract_query(u) AS nullif(regexp_extract(u, '\?([^#]*)', 1), '');
CREATE MACRO athena.url_extract_fragment(u) AS nullif(regexp_extract(u, '#(.*)$', 1), '');
CREATE MACRO athena.url_extract_parameter(u, name) AS CASE WHEN regexp_matches(u, '[?&]' || name || '(=|&|#|$)')
    THEN url_decode(regexp_extract(u, '[?&]' || name || '(?:=([^&#]*))?', 1)) END;

-- Arrays and maps.
CREATE MACRO athena.array_join(a, d) AS array_to_string(list_filter(a, lambda e: e IS NOT NULL), d),
    (a, d, other) AS array_to_string(list_transform(a, lambda e: coalesce(CAST(e AS VARCHAR), other)), d);
CREATE MACRO athena.array_position(a, e) AS CASE WHEN a IS NULL OR e IS NULL THEN NULL
    ELSE CAST(coalesce(list_position(a, e), 0) AS BIGINT) END;
CREATE MACRO athena.array_remove(a, r) AS list_filter(a, lambda e: e IS NULL OR e <> r);
CREATE MACRO athena.array_sort(a) AS list_sort(a, 'ASC', 'NULLS LAST');
CREATE MACRO athena.array_union(a, b) AS list_distinct(list_concat(a, b));
CREATE MACRO athena.array_except(a, b) AS list_distinct(list_filter(a, lambda e: NOT list_contains(b, e)));
CREATE MACRO athena.array_average(a) AS list_avg(a);
CREATE MACRO athena.slice(a, start, n) AS CASE WHEN start > 0 THEN a[start:start + n - 1]
    ELSE a[len(a) + start + 1:len(a) + start + n] END;
CREATE MACRO athena.sequence(a BIGINT, b BIGINT) AS CASE WHEN a <= b THEN generate_series(a, b) ELSE generate_series(a, b, -1) END,
    (a DATE, b DATE) AS CAST(generate_series(a, b, INTERVAL 1 DAY) AS DATE[]),
    (a BIGINT, b BIGINT, s BIGINT) AS generate_series(a, b, s),
    (a DATE, b DATE, s INTERVAL) AS CAST(generate_series(a, b, s) AS DATE[]),
    (a TIMESTAMP, b TIMESTAMP, s INTERVAL) AS generate_series(a, b, s);
CREATE MACRO athena.repeat(e, n) AS list_transform(range(n), lambda i: e);
CREATE MACRO athena.element_or_null(a, i) AS CASE WHEN i = 0 THEN error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
    ELSE a[i] END;
CREATE MACRO athena.value_or_null(a, k) AS a[k];
CREATE MACRO athena.value_at(a, k) AS a[k];
CREATE MACRO athena.subscript(a, i) AS CASE
    WHEN i = 0 THEN error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')
    WHEN i < 0 THEN error('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)
    WHEN i > len(a) THEN error('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: '
        || i || ' > ' || len(a))
    ELSE a[i] END;
CREATE MACRO athena.entry(a, k) AS CASE WHEN a IS NOT NULL AND k IS NOT NULL AND NOT map_contains(a, k)
    THEN error('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || k) ELSE a[k] END;
CREATE MACRO athena.contains(a, e) AS list_contains(a, e);

-- JSON.
CREATE MACRO athena.json_parse(s) AS CAST(s AS JSON);
CREATE MACRO athena.json_format(j) AS CAST(j AS VARCHAR);
CREATE MACRO athena.json_extract(j, p) AS json_extract(j, p);
CREATE MACRO athena.json_extract_scalar(j, p) AS
    CASE WHEN json_type(j, p) IN ('OBJECT', 'ARRAY') THEN NULL ELSE json_extract_string(j, p) END;
CREATE MACRO athena.json_array_length(j) AS CAST(json_array_length(j) AS BIGINT);
CREATE MACRO athena.json_array_contains(j, e) AS list_contains(CAST(json_extract_string(j, '$[*]') AS VARCHAR[]), CAST(e AS VARCHAR));
CREATE MACRO athena.json_array_get(j, n) AS json_extract(j, '$[' || n || ']');
CREATE MACRO athena.json_size(j, p) AS CAST(coalesce(nullif(json_array_length(j, p), 0), len(json_keys(j, p)), 0) AS BIGINT);
CREATE MACRO athena.is_json_scalar(j) AS json_type(j) NOT IN ('OBJECT', 'ARRAY');
