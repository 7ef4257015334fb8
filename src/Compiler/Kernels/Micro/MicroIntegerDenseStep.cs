using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Kernels.Quantised;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>A product of 8-bit integers, row by row; unsigned ones are made signed in a copy of the row.</summary>
internal sealed class MicroIntegerDenseStep(QuantizedLayer layer, MicroRequantisation ending) : Step
{
    /// <summary>Outputs whose weights lie side by side, and integers of workspace for sums.</summary>
    public const int Block = 4;

    /// <inheritdoc/>
    public override string Kernel => "Micro.IntegerDense";

    /// <inheritdoc/>
    internal override StepRounding? Rounding => StepRounding.OfNodes;

    /// <inheritdoc/>
    public override string Stem => Nodes.First(n => n.Operator.Name is not ("DequantizeLinear" or "QuantizeLinear")).Operator.Name;

    /// <summary>Integers of workspace.</summary>
    public static int Workspace(QuantizedLayer layer, MicroRequantisation ending) => Block + (ending.IsSigned ? 0 : Words(layer.Weights.Taps));

    /// <summary>Integers that hold some bytes.</summary>
    public static int Words(int bytes) => (bytes + 3) / 4;

    /// <inheritdoc/>
    public override void Emit(StepWriter writer)
    {
        int depth = layer.Weights.Taps, columns = layer.Weights.Channels;
        ending.Declare(writer);
        writer.Line($"Span<int> sums = workspace.Slice(0, {Block});");
        if (!ending.IsSigned) writer.Line($"Span<sbyte> row = MemoryMarshal.Cast<int, sbyte>(workspace.Slice({Block}, {Words(depth)})).Slice(0, {depth});");
        using LoopScope rows = new LoopScope(writer).Loop("n", layer.Rows);
        string start = rows.Index(("n", depth));
        if (!ending.IsSigned) writer.Line($"for (int k = 0; k < {depth}; k++) row[k] = (sbyte)({ending.Signed($"x[{(start == "0" ? "k" : $"({start}) + k")}]")});");
        string from = ending.IsSigned ? rows.Has("n") ? $"x.Slice({start}, {depth})" : "x" : "row";
        writer.Line($"result.WriteRow({from}, weights, channels: {columns}, sums, {ending.Bytes}, at: {rows.Index(("n", columns))});");
    }
}
