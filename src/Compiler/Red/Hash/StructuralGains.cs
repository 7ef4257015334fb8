using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Red.Hash;

/// <summary>
/// How much of the noise of a layer reaches the outputs, in closed form: linear layers and elementwise operators pass relative noise on; where
/// values are added or joined, each brings its share of the energy (a branch that adds little to a residual stream disturbs it little). One pass
/// from the outputs back.
/// </summary>
internal static class StructuralGains
{
    /// <summary>The squared relative error at the outputs for each unit of noise of a node's output.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="energies">The mean square of each value that a node adds or joins, by name.</param>
    public static IReadOnlyDictionary<string, double> Of(Graph graph, IReadOnlyDictionary<string, double> energies)
    {
        var gains = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (Value output in graph.Outputs) Add(output.Name, 1.0 / graph.Outputs.Length);
        for (int n = graph.Nodes.Length - 1; n >= 0; n--)
        {
            Node node = graph.Nodes[n];
            double gain = node.Outputs.Where(o => o.Length > 0).Select(o => gains.TryGetValue(o, out double g) ? g : 0).DefaultIfEmpty(0).Max();
            if (gain == 0) continue;
            ImmutableArray<string> inputs = [.. GraphCaptures.Reads(node).Distinct().Where(i => graph.ConstantOf(i) is null)];
            double total = SharesEnergy(node) ? inputs.Sum(Energy) : 0;
            foreach (string input in inputs) Add(input, total > 0 ? gain * Energy(input) / total : gain);
        }

        return gains;

        double Energy(string value) => energies.TryGetValue(value, out double energy) ? energy : 1;

        // A value that is read twice brings one noise to both places: it adds up, to no more than all of it.
        void Add(string value, double gain) => gains[value] = Math.Min(1, (gains.TryGetValue(value, out double already) ? already : 0) + gain);
    }

    /// <summary>Whether the operands of a node each bring a part of its energy.</summary>
    public static bool SharesEnergy(Node node) => node.Operator.QualifiedName is "Add" or "Sub" or "Sum" or "Mean" or "Concat" or "Max" or "Min" or "Where";
}
