using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;

namespace RedGen.Compiler.Kernels.Shaping;

/// <summary>Nested loops over a shape, with an index expression for each of several tensors that move by strides; axes that run on into each other are one loop.</summary>
internal sealed class LoopNest
{
    private readonly List<(int Length, int[] Strides)> _loops = [];

    /// <summary>Loops over a shape of no length 0.</summary>
    /// <param name="lengths">The shape.</param>
    /// <param name="strides">For each tensor how far it moves along each axis.</param>
    public LoopNest(int[] lengths, params int[][] strides)
    {
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            if (lengths[axis] == 1) continue;
            int[] steps = [.. strides.Select(s => s[axis])];
            bool merges = _loops.Count > 0 && _loops[_loops.Count - 1].Strides.Select((s, t) => s == steps[t] * lengths[axis]).All(same => same);
            if (merges) _loops[_loops.Count - 1] = (_loops[_loops.Count - 1].Length * lengths[axis], steps);
            else _loops.Add((lengths[axis], steps));
        }
    }

    /// <summary>The index of a tensor's element, for use inside the loops.</summary>
    public IndexText Index(int tensor)
    {
        var index = new IndexText();
        for (int depth = 0; depth < _loops.Count; depth++) index.Add(IndexText.Variable(depth), _loops[depth].Strides[tensor]);
        return index;
    }

    /// <summary>Opens the loops.</summary>
    public Stack<SourceWriter.BlockScope> Open(StepWriter writer)
    {
        var scopes = new Stack<SourceWriter.BlockScope>();
        for (int depth = 0; depth < _loops.Count; depth++)
        {
            string i = IndexText.Variable(depth);
            scopes.Push(writer.Block($"for (int {i} = 0; {i} < {IndexText.Number(_loops[depth].Length)}; {i}++)"));
        }

        // Even without a loop the locals inside have a block of their own.
        if (scopes.Count == 0) scopes.Push(writer.Block(""));
        return scopes;
    }

    /// <summary>Closes them.</summary>
    public static void Close(Stack<SourceWriter.BlockScope> scopes)
    {
        while (scopes.Count > 0) scopes.Pop().Dispose();
    }
}
