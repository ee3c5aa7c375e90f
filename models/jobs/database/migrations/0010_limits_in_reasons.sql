-- An older pack may go on writing: no.
-- The sentences of these reasons name the limit, which earlier versions did not record with the
-- reason. It is the threshold of the same measurement, so that a recorded reason can be shown in
-- every language.

UPDATE anime.measurements SET reason_values = reason_values || CASE better
    WHEN 'band' THEN jsonb_build_object('low', threshold_from, 'high', threshold_to)
    ELSE jsonb_build_object(
        'limit', threshold_from,
        'limit_percent', trim_scale(round((100 * threshold_from)::numeric, 3))
    )
END
WHERE threshold_from IS NOT NULL AND reason_code IN (
    'banded', 'blocky', 'boiling_seen', 'dark_crushed', 'drifts', 'dropped', 'duplicates',
    'enlarged', 'few_drawings', 'flashes', 'flickers', 'has_borders', 'light_clipped',
    'nearly_blank', 'noisy', 'only_grain', 'plays_back_and_forth', 'posterised', 'pumps',
    'seam_brighter', 'seam_colour_jump', 'seam_darker', 'seam_jump', 'seam_stutter',
    'seam_turns_back', 'shakes', 'soft_lines', 'unrelated_pictures'
);
