using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Recurrent;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Recurrent;

/// <summary>The constants of a recurrent layer of floats as its code reads them, and what their products cost where they are hashed.</summary>
internal sealed class RecurrentPacking(Node node, RecurrentLayer layer, KernelContext context, IReadOnlyCollection<int> packed)
{
    private readonly ImmutableArray<Weight>.Builder _weights = ImmutableArray.CreateBuilder<Weight>();
    private readonly List<LoweringCount> _costs = [];

    /// <summary>Packs all.</summary>
    public (ImmutableArray<Weight> Weights, LoweringCount? Cost) Run()
    {
        foreach (RecurrentDirection direction in layer.Directions)
        {
            int d = direction.Index;
            foreach (RecurrentPart part in RecurrentPart.Of(node))
            {
                PackProduct(part, d, RecurrentOperands.W, "InputWeights", layer.Inputs);
                PackProduct(part, d, RecurrentOperands.R, "StateWeights", layer.Hidden);
                PackBias(part, d);
            }

            if (!packed.Contains(RecurrentOperands.Peepholes)) continue;
            float[] all = Constant(RecurrentOperands.Peepholes).AsSpan<float>().ToArray();
            _weights.Add(Weight.Of(RecurrentStep.Prefix(d, null) + "Peepholes", all.AsSpan(d * 3 * layer.Hidden, 3 * layer.Hidden).ToArray()));
        }

        return (_weights.ToImmutable(), Sum());
    }

    private void PackProduct(RecurrentPart part, int d, int place, string role, int depth)
    {
        if (!packed.Contains(place)) return;
        _weights.Add(part.Pack(RecurrentStep.Prefix(d, part) + role, node.Inputs[place], layer, d, depth, context, out LoweringCount? cost));
        if (cost is not null) _costs.Add(cost);
    }

    private void PackBias(RecurrentPart part, int d)
    {
        if (!packed.Contains(RecurrentOperands.B)) return;
        // A reset gate that acts on the state's product acts on its bias too.
        bool apart = part.Gates == 3;
        string prefix = RecurrentStep.Prefix(d, part);
        _weights.Add(Weight.Of(prefix + "Bias", part.Bias(Constant(RecurrentOperands.B), layer, d, input: true, state: !apart)));
        if (apart) _weights.Add(Weight.Of(prefix + "StateBias", part.Bias(Constant(RecurrentOperands.B), layer, d, input: false, state: true)));
    }

    private Tensor Constant(int place) => context.Constant(node.Inputs[place])!;

    /// <summary>All products together; those whose weights are not hashed are as many multiplications as additions.</summary>
    private LoweringCount? Sum()
    {
        if (_costs.Count == 0) return null;
        long steps = (long)layer.Directions.Length * layer.Steps * layer.Batch * layer.GateRows;
        long plain = (IsHashed(RecurrentOperands.W) ? 0 : steps * layer.Inputs) + (IsHashed(RecurrentOperands.R) ? 0 : steps * layer.Hidden);
        return new LoweringCount(
            string.Join(", ", _costs.Select(c => c.Lowering).Distinct()),
            plain + _costs.Sum(c => c.Multiplications),
            plain + _costs.Sum(c => c.Additions),
            _costs.Sum(c => c.ValuesPerColumn))
        {
            TrueMultiplications = plain + _costs.Sum(c => c.TrueMultiplications),
        };
    }

    private bool IsHashed(int place) => packed.Contains(place) && context.Hashed(node.Inputs[place]) is not null;
}
