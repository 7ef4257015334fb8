using System.Collections.Generic;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>The scratch memory of a recurrent layer: its parts one after the other in the workspace.</summary>
internal sealed class RecurrentMemory
{
    private readonly List<(string Name, long Start, long Length)> _regions = [];

    /// <summary>Lays the parts out.</summary>
    /// <param name="node">The node.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="operands">What is read at run time, and therefore packed there.</param>
    /// <param name="block">Steps whose gates are computed together.</param>
    public RecurrentMemory(Node node, RecurrentLayer layer, RecurrentOperands operands, int block)
    {
        Block = block;
        long state = (long)layer.Batch * layer.Hidden;
        Add("hidden", state);
        if (node.Operator.Name == "LSTM") Add("cell", state);
        if (NeedsOrder(layer)) Add("inputs", (long)block * layer.Batch * layer.Inputs);
        foreach (RecurrentPart part in RecurrentPart.Of(node))
        {
            Add(Name("gates", part), block * state * part.Gates);
            Add(Name("sums", part), state * part.Gates);
            if (part.Name.Length > 0) Add("reset", state);
            if (operands.Has(RecurrentOperands.W)) Add(Name("inputWeights", part), part.PackedLength(layer, layer.Inputs));
            if (operands.Has(RecurrentOperands.R)) Add(Name("stateWeights", part), part.PackedLength(layer, layer.Hidden));
            if (operands.Has(RecurrentOperands.B) && part.Gates != 3) Add(Name("bias", part), part.Columns(layer));
        }
    }

    /// <summary>Steps whose gates are computed together.</summary>
    public int Block { get; }

    /// <summary>Floats in all.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the rows of X do not stand step by step, as the products want them.</summary>
    public static bool NeedsOrder(RecurrentLayer layer) => layer.IsBatchFirst && layer.Batch > 1 && layer.Steps > 1;

    /// <summary>The local variable of a part that each product has.</summary>
    public static string Name(string what, RecurrentPart part) => part.Name.Length == 0 ? what : part.Name.ToLowerInvariant() + char.ToUpperInvariant(what[0]) + what.Substring(1);

    /// <summary>Writes the declarations.</summary>
    public void Emit(StepWriter writer)
    {
        foreach ((string name, long start, long length) in _regions)
            writer.Line($"Span<float> {name} = {writer.Workspace}.Slice({CSharpLiteral.Of((int)start)}, {CSharpLiteral.Of((int)length)});");
    }

    private void Add(string name, long length)
    {
        _regions.Add((name, Length, length));
        Length += length;
    }
}
