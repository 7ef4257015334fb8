using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.Normalisation;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Marks the nodes that the kernels of convolutions and products compute on the way: a bias, a residual, an activation behind
/// them (<see cref="Epilogue"/>). What the graph means does not change. Runs last: other passes need not keep the marks.
/// </summary>
internal sealed class MarkFusion : GraphPass
{
    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var builder = new GraphBuilder(graph);
        var kernels = new KernelContext(graph, context.Options);
        var taken = new HashSet<string>(System.StringComparer.Ordinal);
        bool changed = false;
        foreach (Node head in graph.Nodes)
        {
            if ((!IsHead(head, graph) && !BatchNormKernel.IsConstant(head, kernels)) || kernels.IsOpen(head) || taken.Contains(head.Name)) continue;
            List<Node> group = Grow(head, builder, kernels, taken);
            foreach (Node node in group.Skip(1))
            {
                builder.Replace(builder.Find(node.Name)!, node with { FusedInto = head.Name });
                taken.Add(node.Name);
                changed = true;
            }
        }

        return changed ? builder.Build() : graph;
    }

    /// <summary>Whether a node begins groups: those whose kernels take an epilogue.</summary>
    private static bool IsHead(Node node, Graph graph) => node.Operator.QualifiedName switch
    {
        "Conv" or "ConvTranspose" => graph.ConstantOf(node.Input(1)) is not null && (!node.HasInput(2) || graph.ConstantOf(node.Input(2)) is not null),
        "Gemm" => graph.ConstantOf(node.Input(1)) is not null,
        "MatMul" => graph.ConstantOf(node.Input(1)) is { Dimensions.Length: 2 },
        _ => false,
    };

    private static List<Node> Grow(Node head, GraphBuilder builder, KernelContext kernels, HashSet<string> taken)
    {
        var group = new List<Node> { head };
        while (true)
        {
            List<Node>? longer = Candidates(group[^1].Outputs[0], builder)
                .Select(next => new List<Node>([.. group, .. next]))
                .FirstOrDefault(g => !g.Skip(1).Any(n => taken.Contains(n.Name)) && Fits(g, kernels));
            if (longer is null) return group;
            group = longer;
        }
    }

    /// <summary>What may follow a value that nobody else reads: its consumer, or all of v · sigmoid(v) and of v · (1 + erf(v / √2)).</summary>
    private static IEnumerable<Node[]> Candidates(string value, GraphBuilder builder)
    {
        if (builder.SingleConsumer(value) is { } only) yield return [only];
        foreach (Node[] gelu in WrittenGelu.Behind(value, builder)) yield return gelu;
        if (builder.IsOutput(value) || builder.Consumers(value) is not { Length: 2 } both) yield break;
        foreach (Node sigmoid in both)
        {
            Node product = both.First(n => n.Name != sigmoid.Name);
            if (Epilogue.IsSilu(sigmoid, product, value) && builder.SingleConsumer(sigmoid.Outputs[0]) is not null) yield return [sigmoid, product];
        }
    }

    private static bool Fits(List<Node> group, KernelContext kernels)
    {
        if (group.Skip(1).Any(n => n.FusedInto is not null || n.Outputs.Length != 1 || n.Inputs.Length == 0 || kernels.IsOpen(n)) || Epilogue.TryRead(group, kernels) is not { } epilogue) return false;
        if (group[0].Operator.Name == "BatchNormalization") return epilogue is { Bias: null, Residual: null };
        // The depthwise kernel takes no residual, and a Gemm has room for one addend only.
        bool takesResidual = group[0].Operator.Name != "ConvTranspose" && (group[0].Operator.Name != "Conv" || !Kernels.Linear.ConvLayer.Read(group[0], kernels).IsDepthwise);
        if (group[0].Operator.Name == "Gemm" && group[0].HasInput(2) && kernels.Constant(group[0].Inputs[2]) is null) takesResidual = false;
        return epilogue.Residual is null || takesResidual;
    }
}
