using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>
/// LSTM, GRU and RNN of floats through RedGen.Runtime: what the input gives to the gates for many steps in one matrix product, then a
/// step at a time what the state gives, and the cell.
/// </summary>
internal sealed class RecurrentKernel : Kernel
{
    /// <summary>Floats of gate sums that are computed before their steps; more would leave the cache before they are read.</summary>
    private const int GateFloats = 1 << 16;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || context.ElementType(node.Inputs[0]) != ElementType.Float32) return null;
        RecurrentLayer layer = RecurrentOperands.Layer(node, context);
        if (layer.Steps == 0 || layer.Batch == 0 || layer.Inputs == 0 || layer.Hidden == 0) return null;
        var packed = new List<int>();
        foreach (int place in new[] { RecurrentOperands.W, RecurrentOperands.R, RecurrentOperands.B, RecurrentOperands.Peepholes })
            if (node.HasInput(place) && context.Constant(node.Inputs[place]) is not null) packed.Add(place);
        var operands = RecurrentOperands.Read(node, layer, context, [.. packed]);
        long block = Math.Max(1, Math.Min(layer.Steps, GateFloats / ((long)layer.Batch * layer.GateRows)));
        var memory = new RecurrentMemory(node, layer, operands, (int)block);
        if (memory.Length > int.MaxValue) return null;
        (ImmutableArray<Weight> weights, LoweringCount? cost) = new RecurrentPacking(node, layer, context, packed).Run();
        return new RecurrentStep(node, layer, operands, memory)
        {
            Nodes = group.Nodes,
            Inputs = operands.Values,
            InputNames = operands.Names,
            Outputs = node.Outputs,
            Weights = weights,
            WorkspaceLength = (int)memory.Length,
            MultiplyAdds = RecurrentOperands.MultiplyAdds(layer),
            Cost = cost,
            Summary = RecurrentOperands.Summary(node, layer) + (cost is null ? "" : ", hashed weights"),
        };
    }
}
