// Names of groups on the map: at their densest spot, the largest first, never overlapping.

class Names {
  constructor(element) {
    this.element = element;
    this.items = [];
  }

  show(names) {
    const text = JSON.stringify(names);
    if (text === this.text) return;
    this.text = text;
    this.element.replaceChildren();
    this.items = names.map(([x, y, title, colour]) => {
      const node = document.createElement("span");
      node.textContent = title;
      node.style.setProperty("--kind", colour);
      this.element.append(node);
      return { x, y, node, width: node.offsetWidth, height: node.offsetHeight };
    });
  }

  // `pixel(x, y)` gives the place on the plot; names that would touch an earlier one wait until there is room.
  place(pixel, width, height) {
    const taken = [];
    for (const item of this.items) {
      const [x, y] = pixel(item.x, item.y);
      const left = Math.min(Math.max(x - item.width / 2, 2), Math.max(width - item.width - 2, 2));
      const box = [left - 6, y - item.height / 2 - 3, left + item.width + 6, y + item.height / 2 + 3];
      const outside = x < 0 || y < 8 || x > width || y > height - 8;
      const touches = taken.some((t) => box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]);
      item.node.classList.toggle("hidden", outside || touches);
      if (outside || touches) continue;
      taken.push(box);
      item.node.style.transform = `translate(${left}px, ${y - item.height / 2}px)`;
    }
  }
}
