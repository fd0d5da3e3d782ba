// Draws the frames that the kernel sends: pictures of a plane with arrows and handles, and a bar chart.
// A handle is moved with the pointer; the kernel is told when it is let go.

const SIZE = 180, TITLE = 18;

function toCanvas(frame, x, y) {
  const r = frame.reach;
  return [((x + r) / (2 * r)) * SIZE, TITLE + (1 - (y + r) / (2 * r)) * SIZE];
}

function drawPanel(canvas, frame, k) {
  const g = canvas.getContext("2d");
  const n = frame.size, length = n * n * 4;
  g.clearRect(0, 0, canvas.width, canvas.height);
  const bytes = new Uint8ClampedArray(frame.images.buffer.slice(
    frame.images.byteOffset + k * length, frame.images.byteOffset + (k + 1) * length));
  const small = new OffscreenCanvas(n, n);
  small.getContext("2d").putImageData(new ImageData(bytes, n, n), 0, 0);
  g.imageSmoothingEnabled = true;
  g.drawImage(small, 0, TITLE, SIZE, SIZE);
  g.fillStyle = "#1d2733";
  g.font = "12px system-ui, sans-serif";
  g.fillText(frame.titles[k], 2, 12);
  g.textAlign = "right";
  g.fillText(frame.scales[k], SIZE - 2, 12);
  g.textAlign = "left";
  g.strokeStyle = frame.arrow_colour;
  for (const [x, y, u, v] of frame.arrows[k]) drawArrow(g, ...toCanvas(frame, x, y), u, -v);
  for (const line of frame.lines || []) drawLine(g, frame, line);
  frame.handles.forEach((handle, i) => drawHandle(g, frame, handle, i));
}

function drawLine(g, frame, line) {
  for (const [color, width] of [["#111", 4], ["#E69F00", 2]]) {
    g.save();
    g.strokeStyle = color;
    g.lineWidth = width;
    g.beginPath();
    line.forEach(([x, y], i) => (i ? g.lineTo : g.moveTo).call(g, ...toCanvas(frame, x, y)));
    g.stroke();
    g.restore();
  }
}

function drawArrow(g, x, y, u, v) {
  if (Math.hypot(u, v) < 0.8) return;
  const angle = Math.atan2(v, u), head = 3;
  g.beginPath();
  g.moveTo(x - u / 2, y - v / 2);
  g.lineTo(x + u / 2, y + v / 2);
  for (const turn of [2.6, -2.6]) {
    g.moveTo(x + u / 2, y + v / 2);
    g.lineTo(x + u / 2 + head * Math.cos(angle + turn), y + v / 2 + head * Math.sin(angle + turn));
  }
  g.stroke();
}

function drawHandle(g, frame, handle, i) {
  const [x, y] = toCanvas(frame, handle.x, handle.y);
  g.save();
  g.lineWidth = 2;
  g.strokeStyle = "#111";
  g.fillStyle = i === 0 ? "#E69F00" : "#fff";
  g.beginPath();
  g.arc(x, y, 6, 0, 7);
  g.fill();
  g.stroke();
  g.fillStyle = "#111";
  g.font = "bold 9px system-ui, sans-serif";
  g.textAlign = "center";
  g.fillText(handle.label, x, y + 3);
  g.restore();
}

function drawBars(canvas, bars) {
  const g = canvas.getContext("2d");
  g.clearRect(0, 0, canvas.width, canvas.height);
  g.font = "12px system-ui, sans-serif";
  g.fillStyle = "#1d2733";
  g.fillText(bars.title, 2, 12);
  const middle = TITLE + SIZE / 2, step = SIZE / bars.values.length, full = SIZE / 2 - 28;
  bars.values.forEach((value, i) => {
    const height = (Math.abs(value) / bars.scale) * full, x = i * step + step * 0.2;
    g.fillStyle = value >= 0 ? "#B2182B" : "#2166AC";
    g.fillRect(x, value >= 0 ? middle - height : middle, step * 0.6, Math.max(height, 1));
    g.fillStyle = "#1d2733";
    g.textAlign = "center";
    g.fillText(value.toPrecision(2), x + step * 0.3, value >= 0 ? middle - height - 4 : middle + height + 13);
    g.fillText(bars.labels[i], x + step * 0.3, TITLE + SIZE - 2);
    g.textAlign = "left";
  });
  g.strokeStyle = "#888";
  g.beginPath();
  g.moveTo(0, middle);
  g.lineTo(SIZE, middle);
  g.stroke();
}

function render({ model, el }) {
  const row = document.createElement("div");
  row.style.cssText = `display:flex;gap:8px;height:${SIZE + TITLE + 4}px;overflow-x:auto;overflow-y:hidden`;
  row.setAttribute("role", "img");
  el.appendChild(row);
  el.classList.add("xai-plane");
  const canvases = [];
  let dragged = null;

  function canvasAt(k) {
    while (canvases.length <= k) {
      const canvas = document.createElement("canvas");
      canvas.width = SIZE;
      canvas.height = SIZE + TITLE;
      canvas.style.cssText = `flex:none;width:${SIZE}px;height:${SIZE + TITLE}px;touch-action:none`;
      row.appendChild(canvas);
      canvases.push(canvas);
    }
    return canvases[k];
  }

  function draw() {
    const frame = model.get("frame");
    if (!frame.titles) return;
    frame.titles.forEach((_, k) => {
      const canvas = canvasAt(k);
      drawPanel(canvas, frame, k);
      if (!canvas.onpointerdown) listen(canvas);
    });
    drawBars(canvasAt(frame.titles.length), frame.bars);
    row.setAttribute("aria-label", frame.alt);
    el.dataset.frame = frame.number;
  }

  function position(canvas, event) {
    const box = canvas.getBoundingClientRect(), r = model.get("frame").reach;
    const x = ((event.clientX - box.left) / SIZE) * 2 * r - r;
    const y = r - ((event.clientY - box.top - TITLE) / SIZE) * 2 * r;
    return [Math.max(-r, Math.min(r, x)), Math.max(-r, Math.min(r, y))];
  }

  function listen(canvas) {
    canvas.onpointerdown = (event) => {
      const frame = model.get("frame"), [x, y] = position(canvas, event);
      const far = frame.handles.map((handle) => Math.hypot(handle.x - x, handle.y - y));
      const near = far.indexOf(Math.min(...far));
      dragged = far[near] < 0.08 * 2 * frame.reach ? near : 0; // elsewhere: the probe, which is handle 0, jumps there
      canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointerup = (event) => {
      if (dragged === null) return;
      const [x, y] = position(canvas, event);
      model.send({ type: "move", handle: dragged, x, y });
      dragged = null;
    };
  }

  model.on("change:frame", draw);
  draw();
}

export default { render };
