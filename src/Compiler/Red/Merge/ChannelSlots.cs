using System.Collections.Generic;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Channels of different values that can only stay or go together, as a union-find forest: a sum, its operands and what elementwise
/// operators make of it have one slot a channel. The representative of a set is its oldest slot.
/// </summary>
internal sealed class ChannelSlots
{
    private readonly List<int> _parents = [];
    private readonly List<bool> _pinned = [];

    /// <summary>The number of slots.</summary>
    public int Count => _parents.Count;

    /// <summary>New slots, each alone.</summary>
    public int[] Add(int count)
    {
        var slots = new int[count];
        for (int i = 0; i < count; i++)
        {
            slots[i] = _parents.Count;
            _parents.Add(_parents.Count);
            _pinned.Add(false);
        }

        return slots;
    }

    /// <summary>The representative of a slot's set.</summary>
    public int Find(int slot)
    {
        int root = slot;
        while (_parents[root] != root) root = _parents[root];
        while (_parents[slot] != root) (_parents[slot], slot) = (root, _parents[slot]);
        return root;
    }

    /// <summary>Ties two slots.</summary>
    public void Tie(int a, int b)
    {
        (a, b) = (Find(a), Find(b));
        if (a == b) return;
        if (a > b) (a, b) = (b, a);
        _parents[b] = a;
        _pinned[a] = _pinned[a] || _pinned[b];
    }

    /// <summary>Keeps a slot's channels whatever they hold.</summary>
    public void Pin(int slot) => _pinned[Find(slot)] = true;

    /// <summary>Whether a slot's channels must stay.</summary>
    public bool IsPinned(int slot) => _pinned[Find(slot)];
}
