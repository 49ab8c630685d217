/** What clients share with the server: a parameter's value means the same wherever a person types it. */
export { readParameter } from "../core/parameters.ts";
