/** The page's skeleton. What the data says is put in by the script, as text. */
export const pageBody = `
<header>
	<h1 id="title">Report</h1>
	<label class="theme">Theme <select id="theme"><option value="auto">auto</option><option value="light">light</option><option value="dark">dark</option></select></label>
	<p id="counts"></p>
	<p id="versions"></p>
	<nav aria-label="Sections"><a href="#best">Best settings</a><a href="#pictures">Pictures</a><a href="#runs">What was run</a><a href="#replies">Replies</a></nav>
</header>
<noscript><p class="failure">This report reads its data by script, within this file. Allow scripts to see it.</p></noscript>
<p id="failure" class="failure" role="alert" hidden></p>
<main>
	<section><h2 id="best" tabindex="-1">Best settings</h2><div id="best-content"></div></section>
	<section><h2 id="pictures" tabindex="-1">Pictures</h2><div id="pictures-content"></div></section>
	<section>
		<h2 id="runs" tabindex="-1">What was run</h2>
		<div id="runs-content"></div>
		<div id="notes-part" hidden><h3>Left out</h3><ul id="notes"></ul></div>
	</section>
	<section class="replies">
		<h2 id="replies" tabindex="-1">Replies</h2>
		<div id="replies-content" hidden>
			<div class="toolbar" role="search" aria-label="Filter replies">
				<label class="wide">Search <input id="search" type="search" placeholder="prompt or reply, /regex/" autocomplete="off" spellcheck="false"></label>
				<label class="part wide-ish">Experiment <select id="filter-experiment"><option value="">all</option></select></label>
				<label class="part">Multiplier <select id="filter-mult"><option value="">all</option></select></label>
				<label class="part" id="part-label">Label <select id="filter-label"><option value="">all</option></select></label>
				<label class="part" id="part-change">Against unsteered <select id="filter-change"><option value="">all</option><option value="=text">other text</option><option value="=same">same text</option><option value="=up">higher score</option><option value="=down">lower score</option></select></label>
				<fieldset class="part" id="part-score"><legend>Score</legend><div class="scores"><input id="filter-min" type="number" step="any" aria-label="Lowest score" placeholder="min">–<input id="filter-max" type="number" step="any" aria-label="Highest score" placeholder="max"><span id="scores" role="group" aria-label="Scores"></span></div></fieldset>
				<label class="part">Sort <select id="sort"><option value="prompt">prompt order</option><option value="mult">multiplier</option><option value="label">label</option><option value="score">score</option><option value="change">change</option><option value="length">length</option></select></label>
				<button type="button" class="part" id="direction"></button>
				<button type="button" class="part" id="clear">Clear filters</button>
			</div>
			<p class="status"><span id="count" role="status"></span><span class="on-paper">On paper: the first of them.</span><span class="keys"><kbd>/</kbd> search <kbd>↑</kbd><kbd>↓</kbd><kbd>PgUp</kbd><kbd>PgDn</kbd><kbd>Home</kbd><kbd>End</kbd> move <kbd>Enter</kbd> expand <kbd>Esc</kbd> fold or clear the search</span></p>
			<div id="grid" role="grid" tabindex="0" aria-label="Replies" aria-colcount="7">
				<div role="rowgroup" id="grid-head"><div role="row" class="row" aria-rowindex="1">
					<div role="columnheader" data-sort="prompt"><button type="button">Prompt</button></div>
					<div role="columnheader" class="number" data-sort="mult"><button type="button">Mult.</button></div>
					<div role="columnheader" data-sort="label"><button type="button">Label</button></div>
					<div role="columnheader" class="number" data-sort="score"><button type="button">Score</button></div>
					<div role="columnheader" class="number" data-sort="change"><button type="button">Change</button></div>
					<div role="columnheader" data-sort="length"><button type="button" title="Sort by length">Reply</button></div>
					<div role="columnheader">Unsteered</div>
				</div></div>
				<div role="rowgroup" id="grid-canvas"></div>
			</div>
		</div>
		<p id="replies-message" class="empty" role="status">Reading the replies…</p>
	</section>
</main>
`;
