import { _ as _export_sfc, s as ssrRenderAttrs_1, v as vueExports } from "./plugin-vue_export-helper.DcGmjh2O.js";
import "node:stream";
const __pageData = JSON.parse('{"title":"@stageflow/provider-sdks","description":"","frontmatter":{},"headers":[],"relativePath":"reference/packages/provider-sdks.md","filePath":"packages/provider-sdks/README.md"}');
const _sfc_main = { name: "reference/packages/provider-sdks.md" };
function _sfc_ssrRender(_ctx, _push, _parent, _attrs, $props, $setup, $data, $options) {
  _push(`<div${ssrRenderAttrs_1(_attrs)}><h1 id="stageflow-provider-sdks" tabindex="-1">@stageflow/provider-sdks <a class="header-anchor" href="#stageflow-provider-sdks" aria-label="Permalink to &quot;@stageflow/provider-sdks&quot;">​</a></h1><p>Tests that call a local server with the SDKs of model providers, and classify what they throw. It isn&#39;t published.</p><p><a href="/reference/error-classes">Which errors deserve a retry</a> has the results. Both are made from <code>test/situations.ts</code>:</p><table tabindex="0"><thead><tr><th>file</th><th>what it has</th></tr></thead><tbody><tr><td><code>test/situations.ts</code></td><td>What the server does, and the class of the error for each SDK.</td></tr><tr><td><code>test/protocols.ts</code></td><td>How each protocol writes an answer, an error inside of one, and an error with an HTTP status.</td></tr><tr><td><code>test/server.ts</code></td><td>The server. Bedrock&#39;s client speaks HTTP/2.</td></tr><tr><td><code>test/clients.ts</code></td><td>One streamed answer of each SDK, with its own retries off.</td></tr></tbody></table><p>To try a newer SDK, change its version in <code>package.json</code>, install, and run <code>vitest run packages/provider-sdks</code>. If a row fails, change the row or <code>classifyError</code>, and run <code>npm run generate</code>.</p><p>The licenses of the SDKs are MIT and Apache-2.0.</p></div>`);
}
const _sfc_setup = _sfc_main.setup;
_sfc_main.setup = (props, ctx) => {
  const ssrContext = vueExports.useSSRContext();
  (ssrContext.modules || (ssrContext.modules = /* @__PURE__ */ new Set())).add("packages/provider-sdks/README.md");
  return _sfc_setup ? _sfc_setup(props, ctx) : void 0;
};
const README = /* @__PURE__ */ _export_sfc(_sfc_main, [["ssrRender", _sfc_ssrRender]]);
export {
  __pageData,
  README as default
};
