using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Packing;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Red.Splitting;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>Gates of a layer whose sums one matrix product computes.</summary>
/// <param name="Name">What its arrays are called by: empty, or <c>Candidate</c>.</param>
/// <param name="FirstGate">The first gate.</param>
/// <param name="Gates">The number of gates.</param>
internal sealed record RecurrentPart(string Name, int FirstGate, int Gates)
{
    /// <summary>The products of a layer: GRU needs the state after its reset for the candidate, unless the reset comes after the product.</summary>
    public static ImmutableArray<RecurrentPart> Of(Node node) => node.Operator.Name switch
    {
        "LSTM" => [new("", 0, 4)],
        "GRU" => Gru.IsLinearBeforeReset(node) ? [new("", 0, 3)] : [new("", 0, 2), new("Candidate", 2, 1)],
        _ => [new("", 0, 1)],
    };

    /// <summary>Columns of the product.</summary>
    public int Columns(RecurrentLayer layer) => Gates * layer.Hidden;

    /// <summary>The first row in one direction of W or R.</summary>
    public int FirstRow(RecurrentLayer layer, int direction) => (direction * layer.GateRows) + (FirstGate * layer.Hidden);

    /// <summary>The floats that packed rows take.</summary>
    public long PackedLength(RecurrentLayer layer, int depth)
        => (Columns(layer) + PanelPacking.PanelWidth - 1L) / PanelPacking.PanelWidth * PanelPacking.PanelWidth * depth;

    /// <summary>The rows of W or R, packed or, where they are hashed, as what they are packed from.</summary>
    /// <param name="role">What they are to the step.</param>
    /// <param name="name">The constant.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="direction">The direction.</param>
    /// <param name="depth">Columns of a row.</param>
    /// <param name="context">The context.</param>
    /// <param name="cost">What the products cost under the lowering with the fewest multiplications; null where the rows are not hashed.</param>
    public Weight Pack(string role, string name, RecurrentLayer layer, int direction, int depth, KernelContext context, out LoweringCount? cost)
    {
        int first = FirstRow(layer, direction);
        float[] rows = context.Constant(name)!.AsSpan<float>().Slice(first * depth, Columns(layer) * depth).ToArray();
        var hashed = HashedConstants.TryReadRows(name, first, rows, depth, context);
        cost = hashed is null ? null : LoweringCounter.CostOf(SplitLayer.OfRows(layer.Steps * layer.Batch, hashed.Matrix));
        return hashed is null ? Weight.Of(role, PanelPacking.Pack(rows, depth, Columns(layer), transposed: true)) : hashed.ToPanels() with { Role = role };
    }

    /// <summary>The bias of the rows: Wb + Rb, or one of them.</summary>
    public float[] Bias(Tensor tensor, RecurrentLayer layer, int direction, bool input, bool state)
    {
        float[] all = tensor.AsSpan<float>().ToArray();
        int first = (direction * 2 * layer.GateRows) + (FirstGate * layer.Hidden);
        IEnumerable<int> rows = Enumerable.Range(first, Columns(layer));
        return [.. rows.Select(i => (input ? all[i] : 0) + (state ? all[i + layer.GateRows] : 0))];
    }
}
