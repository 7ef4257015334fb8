using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Verify.Build;

/// <summary>
/// Names the network that a verdict is about: a hash of all that the analysis reads of a plan, so of what model, external data, options and
/// the reduction's plan make together, and of RedGen's version.
/// </summary>
public static class NetworkDigest
{
    /// <summary>The digest of the models that a property is about, in their order.</summary>
    public static string Of(IReadOnlyList<ExecutionPlan> plans)
        => plans.Count == 1 ? Of(plans[0]) : ModelSource.Hash(Encoding.UTF8.GetBytes(string.Join("\n", plans.Select(Of))));

    /// <summary>The digest of a plan, in lower-case hex.</summary>
    public static string Of(ExecutionPlan plan)
    {
        var text = new StringBuilder();
        text.Append(FileHeader.Version).Append(' ').Append(plan.Options.Profile).Append(' ').Append(plan.Info.Sha256).Append('\n').Append(GraphPrinter.Print(plan.Graph));
        foreach (KeyValuePair<string, Tensor> constant in plan.Graph.Initializers.OrderBy(static i => i.Key, StringComparer.Ordinal)) Add(text, constant.Key, constant.Value);
        foreach (Node node in plan.Graph.Nodes)
            foreach (KeyValuePair<string, AttributeValue> attribute in node.Attributes.All)
                if (attribute.Value is TensorAttribute { Value: var tensor }) Add(text, node.Name + "." + attribute.Key, tensor);
        AddSteps(text, plan);
        return ModelSource.Hash(Encoding.UTF8.GetBytes(text.ToString()));
    }

    /// <summary>Kernels whose rounding is not that of the graph's own sums.</summary>
    private static void AddSteps(StringBuilder text, ExecutionPlan plan)
    {
        foreach (Step step in plan.Root.Steps)
        {
            if (step.Rounding != StepRounding.OfNodes)
                foreach (Node node in step.Nodes) text.Append(step.Kernel).Append(' ').Append(node.Name).Append('\n');
            foreach (Body body in step.Bodies) AddSteps(text, body.Plan);
        }
    }

    private static void Add(StringBuilder text, string name, Tensor tensor)
        => text.Append(name).Append(' ').Append(tensor.Type).Append(' ').Append(ModelSource.Hash(tensor.Data)).Append('\n');
}
