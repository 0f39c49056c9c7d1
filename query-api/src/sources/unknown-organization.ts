/**
 * The organization `$1`, unknown to the planner, for conditions on large tables beside a key that is joined or an index
 * of another kind. Of one that came after the last `ANALYZE` Postgres expects no rows, if those it knew fill its
 * statistics; then the organization alone is as good a way as any, and each question would read all that it has. Of one
 * it does not know it expects what organizations have on average.
 */
export const unknownOrganization = '(SELECT $1::uuid)';
