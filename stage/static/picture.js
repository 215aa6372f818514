/**
 * The picture that the server sends: all there is to draw, at one moment. The browser keeps nothing else.
 *
 * @typedef {"v1" | "v2" | "v3"} Version
 * @typedef {"en" | "ko"} Language
 * @typedef {"say" | "do" | "show" | "prove"} Phase
 * @typedef {"anonymous" | "end_user"} Who
 * @typedef {{text: string, change: "" | "+" | "-"}} Line
 * @typedef {{line: number, text: string}} Problem
 * @typedef {[at_ms: number, version: Version | "", kind: "whole" | "no_stars" | "failed", user: string]} Dot
 *
 * @typedef {object} Demo
 * @property {string} platform
 * @property {number} proxies
 * @property {string} url
 * @property {boolean} answers
 * @property {string} error
 *
 * @typedef {object} Show
 * @property {string[]} episodes
 * @property {number} episode
 * @property {Phase} phase
 * @property {string} line
 * @property {string} next
 * @property {number} talk_started_ms
 * @property {number} step_started_ms
 *
 * @typedef {object} Rule
 * @property {"baseline" | "applying" | "in_force" | "refused"} status
 * @property {string} title
 * @property {string} revision
 * @property {number} proxies
 * @property {number} after_ms
 * @property {number} since_ms
 * @property {Line[]} lines
 * @property {string} yaml
 * @property {string} whole
 * @property {number[] | null} weights
 * @property {boolean} user
 * @property {boolean} undo
 * @property {"" | "abort" | "delay" | "outage"} fault
 *
 * @typedef {object} Share
 * @property {number | null} asked
 * @property {number} answers
 * @property {number | null} share
 * @property {number | null} low
 * @property {number | null} high
 * @property {number | null} rps
 * @property {number | null} success
 * @property {number} without_stars
 *
 * @typedef {object} Traffic
 * @property {"running" | "paused" | "proof" | "stopped" | "failed"} status
 * @property {number} rate
 * @property {number} answers
 * @property {number} failed
 * @property {{rps: number | null, success: number | null}} whole
 * @property {Record<Version, Share>} versions
 *
 * @typedef {{rate?: number, failed?: number}} Arrow
 * @typedef {{at_ms: number, arrows: Record<string, Arrow>}} Graph
 *
 * @typedef {object} Frame
 * @property {string} url
 * @property {Version | ""} version
 * @property {"none" | "black" | "red" | "missing" | ""} stars
 * @property {boolean} waits
 *
 * @typedef {{caller: string, app: string, state: string}} Tried
 *
 * @typedef {object} Stair
 * @property {number} share
 * @property {number} began_ms
 * @property {number} ended_ms
 * @property {Record<string, number>} answers
 * @property {"" | "HOLDS" | "FAILS" | "INCONCLUSIVE"} verdict
 * @property {boolean} rolled_back
 *
 * @typedef {object} Run
 * @property {"stage" | "terminal" | "recording"} from
 * @property {string} scenario
 * @property {string} title
 * @property {string} command
 * @property {string[]} claims
 * @property {string} step
 * @property {number} answers
 * @property {number} of
 * @property {"" | "HOLDS" | "FAILS" | "INCONCLUSIVE"} verdict
 * @property {string[]} facts
 * @property {string[]} reasons
 * @property {string} error
 * @property {Tried[]} tried
 * @property {Stair[]} stairs
 *
 * @typedef {{speed: number, paused: boolean, at_s: number, of_s: number}} Replay
 *
 * @typedef {object} Picture
 * @property {number} number
 * @property {number} now_ms
 * @property {number} skipped
 * @property {"live" | "replay" | "rehearsal"} mode
 * @property {Demo} demo
 * @property {Language} language
 * @property {boolean} dark
 * @property {"" | Who} large
 * @property {string} user
 * @property {boolean} reloads
 * @property {Show} show
 * @property {Rule} rule
 * @property {Traffic} traffic
 * @property {Dot[]} dots
 * @property {Graph | null} map
 * @property {Record<Who, Frame>} frames
 * @property {Run | null} run
 * @property {Replay | null} replay
 * @property {string} notice
 */

/** @type {readonly Version[]} */
export const VERSIONS = ['v1', 'v2', 'v3'];

/** The form of each version's mark, the same on the page's label, in its lane, in the table and on the map. */
export const SHAPES = /** @type {const} */ ({ v1: '●', v2: '■', v3: '▲' });
