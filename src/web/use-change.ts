import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";

/** A call that changes what a query shows: that is asked for again, however the call ended. */
export function useChange<Asked, Answer>(
  queryKey: QueryKey,
  mutationFn: (asked: Asked) => Promise<Answer>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey }),
  });
}
