using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;

namespace RedGen.Compiler.Kernels.Elementwise;

/// <summary>One loop: how often it runs, and the step of each operand per turn.</summary>
/// <param name="Length">The number of turns.</param>
/// <param name="Strides">By operand; 0 where it is broadcast along the loop.</param>
internal sealed record Loop(int Length, ImmutableArray<int> Strides);

/// <summary>The fewest loops that walk an output and the operands that broadcast to it. Neighbouring axes that every operand walks alike are one loop.</summary>
/// <param name="Loops">Outermost first; at least one.</param>
internal sealed record BroadcastLoops(ImmutableArray<Loop> Loops)
{
    /// <summary>The innermost loop, in which every stride is 0 or 1.</summary>
    public Loop Inner => Loops[^1];

    /// <summary>The loops around it.</summary>
    public ImmutableArray<Loop> Outer => Loops.RemoveAt(Loops.Length - 1);

    /// <summary>Makes the loops.</summary>
    public static BroadcastLoops Of(int[] lengths, IEnumerable<int[]> operands)
    {
        int[][] strides = [.. operands.Select(o => BroadcastReader.Strides(o, lengths))];
        var loops = new List<Loop>();
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            if (lengths[axis] == 1) continue;
            var loop = new Loop(lengths[axis], [.. strides.Select(s => s[axis])]);
            Loop? last = loops.Count > 0 ? loops[loops.Count - 1] : null;
            bool merges = last is not null && last.Strides.Select((s, k) => s == loop.Strides[k] * loop.Length).All(same => same);
            if (merges) loops[loops.Count - 1] = new Loop(last!.Length * loop.Length, loop.Strides);
            else loops.Add(loop);
        }

        if (loops.Count == 0) loops.Add(new Loop(1, [.. strides.Select(_ => 0)]));
        return new BroadcastLoops([.. loops]);
    }

    /// <summary>The offset of each operand at a flat index of the output.</summary>
    public int[] OffsetsAt(int index)
    {
        var offsets = new int[Inner.Strides.Length];
        for (int l = Loops.Length - 1; l >= 0; l--)
        {
            int position = index % Loops[l].Length;
            index /= Loops[l].Length;
            for (int k = 0; k < offsets.Length; k++) offsets[k] += position * Loops[l].Strides[k];
        }

        return offsets;
    }
}
