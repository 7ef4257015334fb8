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
        return new RecurrentStep(node, layer, operands, memory)
        {
            Nodes = group.Nodes,
            Inputs = operands.Values,
            InputNames = operands.Names,
            Outputs = node.Outputs,
            Weights = Pack(node, layer, context, packed),
            WorkspaceLength = (int)memory.Length,
            MultiplyAdds = RecurrentOperands.MultiplyAdds(layer),
            Summary = RecurrentOperands.Summary(node, layer),
        };
    }

    private static ImmutableArray<Weight> Pack(Node node, RecurrentLayer layer, KernelContext context, List<int> packed)
    {
        ImmutableArray<Weight>.Builder weights = ImmutableArray.CreateBuilder<Weight>();
        foreach (RecurrentDirection direction in layer.Directions)
        {
            int d = direction.Index;
            foreach (RecurrentPart part in RecurrentPart.Of(node))
            {
                string prefix = RecurrentStep.Prefix(d, part);
                if (packed.Contains(RecurrentOperands.W)) weights.Add(part.Pack(prefix + "InputWeights", Constant(RecurrentOperands.W), layer, d, layer.Inputs));
                if (packed.Contains(RecurrentOperands.R)) weights.Add(part.Pack(prefix + "StateWeights", Constant(RecurrentOperands.R), layer, d, layer.Hidden));
                if (!packed.Contains(RecurrentOperands.B)) continue;
                bool apart = part.Gates == 3;
                weights.Add(Weight.Of(prefix + "Bias", part.Bias(Constant(RecurrentOperands.B), layer, d, input: true, state: !apart)));
                if (apart) weights.Add(Weight.Of(prefix + "StateBias", part.Bias(Constant(RecurrentOperands.B), layer, d, input: false, state: true)));
            }

            if (!packed.Contains(RecurrentOperands.Peepholes)) continue;
            float[] all = Constant(RecurrentOperands.Peepholes).AsSpan<float>().ToArray();
            weights.Add(Weight.Of(RecurrentStep.Prefix(d, null) + "Peepholes", all.AsSpan(d * 3 * layer.Hidden, 3 * layer.Hidden).ToArray()));
        }

        return weights.ToImmutable();

        Tensor Constant(int place) => context.Constant(node.Inputs[place])!;
    }
}
