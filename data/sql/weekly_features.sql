-- The weekly features of docs/ranking.md in DuckDB's SQL, for people whose log lies in an engine already. Only what
-- depends on the week, without expected_ctr and ctr_lift, which follow from ctr, item_ctr and user_ctr; goals,
-- specialities and columns are joined to it by trainer and user.
-- Table weekly(user_id, trainer_id, week, impressions, clicks, views, likes, watch): watch in thousandths of a view;
-- several rows of a key are added up. Parameters: $week, $decay, $ctr, $view_rate, $like_rate (pseudo-trials),
-- $min_users, $trainers (in the catalogue).
WITH cell AS (
    SELECT user_id, trainer_id, week, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(views) AS views,
           sum(likes) AS likes, sum(watch) / 1000.0 AS watch
    FROM weekly GROUP BY ALL
),
past AS (SELECT *, $decay ** ($week - 1 - week) AS share FROM cell WHERE week < $week),
pair AS (
    SELECT user_id, trainer_id, sum(share * impressions) AS i, sum(share * clicks) AS c, sum(share * views) AS v,
           sum(share * likes) AS l, sum(share * watch) AS w, sum(impressions) AS all_i, sum(clicks) AS all_c,
           max(week) FILTER (WHERE clicks > 0) AS last_click
    FROM past GROUP BY ALL
),
person AS (
    SELECT user_id, sum(share * impressions) AS i, sum(share * clicks) AS c, sum(share * views) AS v,
           sum(share * likes) AS l
    FROM past GROUP BY ALL
),
-- Cells that fewer than $min_users people stand behind are left out.
trainer_week AS (
    SELECT trainer_id, share, sum(impressions) AS impressions, sum(clicks) AS clicks, sum(views) AS views,
           sum(likes) AS likes, sum(watch) AS watch
    FROM past GROUP BY ALL HAVING count(DISTINCT user_id) >= $min_users
),
trainer AS (
    SELECT trainer_id, sum(share * impressions) AS i, sum(share * clicks) AS c, sum(share * views) AS v,
           sum(share * likes) AS l, sum(share * watch) AS w
    FROM trainer_week GROUP BY ALL
),
everyone AS (
    SELECT coalesce(sum(share * impressions), 0) AS i, coalesce(sum(share * clicks), 0) AS c,
           coalesce(sum(share * views), 0) AS v, coalesce(sum(share * likes), 0) AS l
    FROM past
),
base AS (
    SELECT *, CASE WHEN i > 0 THEN c / i ELSE 0 END AS ctr, CASE WHEN c > 0 THEN v / c ELSE 0 END AS view_rate,
           CASE WHEN v > 0 THEN l / v ELSE 0 END AS like_rate
    FROM everyone
)
SELECT s.user_id, s.trainer_id, (s.clicks > 0)::INT AS label,
       coalesce(p.i, 0) AS impressions, coalesce(p.c, 0) AS clicks, coalesce(p.v, 0) AS video_views,
       coalesce(p.l, 0) AS likes, CASE WHEN p.v > 0 THEN p.w / p.v END AS avg_watch_time,
       (coalesce(p.c, 0) + $ctr * b.ctr) / (coalesce(p.i, 0) + $ctr) AS ctr,
       (coalesce(p.v, 0) + $view_rate * b.view_rate) / (coalesce(p.c, 0) + $view_rate) AS view_rate,
       (coalesce(p.l, 0) + $like_rate * b.like_rate) / (coalesce(p.v, 0) + $like_rate) AS like_rate,
       coalesce(p.all_i, 0) AS all_impressions, coalesce(p.all_c, 0) AS all_clicks,
       $week - p.last_click AS weeks_since_click,
       CASE WHEN b.i > 0 THEN coalesce(t.i, 0) * $trainers / b.i ELSE 0 END AS item_impressions,
       CASE WHEN b.c > 0 THEN coalesce(t.c, 0) * $trainers / b.c ELSE 0 END AS item_clicks,
       CASE WHEN b.v > 0 THEN coalesce(t.v, 0) * $trainers / b.v ELSE 0 END AS item_views,
       CASE WHEN b.l > 0 THEN coalesce(t.l, 0) * $trainers / b.l ELSE 0 END AS item_likes,
       CASE WHEN t.v > 0 THEN t.w / t.v END AS item_watch,
       (coalesce(t.c, 0) + $ctr * b.ctr) / (coalesce(t.i, 0) + $ctr) AS item_ctr,
       (coalesce(t.v, 0) + $view_rate * b.view_rate) / (coalesce(t.c, 0) + $view_rate) AS item_view_rate,
       (coalesce(t.l, 0) + $like_rate * b.like_rate) / (coalesce(t.v, 0) + $like_rate) AS item_like_rate,
       coalesce(u.i, 0) AS user_impressions, coalesce(u.c, 0) AS user_clicks,
       (coalesce(u.c, 0) + $ctr * b.ctr) / (coalesce(u.i, 0) + $ctr) AS user_ctr,
       (coalesce(u.v, 0) + $view_rate * b.view_rate) / (coalesce(u.c, 0) + $view_rate) AS user_view_rate,
       (coalesce(u.l, 0) + $like_rate * b.like_rate) / (coalesce(u.v, 0) + $like_rate) AS user_like_rate
FROM cell s CROSS JOIN base b
LEFT JOIN pair p USING (user_id, trainer_id)
LEFT JOIN person u USING (user_id)
LEFT JOIN trainer t USING (trainer_id)
WHERE s.week = $week AND s.impressions > 0
ORDER BY s.user_id, s.trainer_id
