import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"45. Core is nine folders, each above the next","description":"","frontmatter":{},"headers":[],"relativePath":"project/decisions/0045-nine-folders.md","filePath":"docs/project/decisions/0045-nine-folders.md"}');
const _sfc_main = { name: "project/decisions/0045-nine-folders.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="_45-core-is-nine-folders-each-above-the-next" tabindex="-1">45. Core is nine folders, each above the next <a class="header-anchor" href="#_45-core-is-nine-folders-each-above-the-next" aria-label="Permalink to &quot;45. Core is nine folders, each above the next&quot;">​</a></h1><ul><li><strong>Area:</strong> Core: size, shape and speed</li><li><strong>Status:</strong> accepted</li><li><strong>Date:</strong> 2026-11-27</li></ul><h2 id="context" tabindex="-1">Context <a class="header-anchor" href="#context" aria-label="Permalink to &quot;Context&quot;">​</a></h2><p>Core was 69 files in one folder. 43 of them imported each other in a circle, counting types. A reader followed one stage through 17 to 26 files.</p><h2 id="decision" tabindex="-1">Decision <a class="header-anchor" href="#decision" aria-label="Permalink to &quot;Decision&quot;">​</a></h2><p><code>pipeline → children → run → call → report → graph → contract → schedule → base</code>. Each folder imports only those below it, types included. <code>packages/core/ARCHITECTURE.md</code> has the picture. <code>scripts/check/layers.mjs</code> enforces it. <code>import/no-cycle</code> counts types in every package. A file is as long as its one subject. Limits of 48 files and 300 lines were tried: they cut subjects in two.</p><p>The proposal had <code>report/</code> beside <code>graph/</code>. It is above, because facts of a run refer to the nodes of the graph.</p><h2 id="consequences" tabindex="-1">Consequences <a class="header-anchor" href="#consequences" aria-label="Permalink to &quot;Consequences&quot;">​</a></h2><p>A trace of one stage showed the effect: files entered, and moves between files, when the rebuild landed.</p><table tabindex="0"><thead><tr><th>trip</th><th>before</th><th>after</th></tr></thead><tbody><tr><td>no interceptor</td><td>17, 51</td><td>12, 29</td></tr><tr><td>one part</td><td>21, 76</td><td>13, 36</td></tr><tr><td>one wrap</td><td>23, 87</td><td>15, 45</td></tr><tr><td>wrap and part</td><td>26, 114</td><td>16, 55</td></tr></tbody></table><p>Tests that use only the public entry are in <code>packages/core/test</code>. The others are beside the file that they test.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("docs/project/decisions/0045-nine-folders.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const _0045NineFolders = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  _0045NineFolders as default
};
