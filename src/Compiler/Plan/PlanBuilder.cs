using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Emit.Micro;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Kernels.ChannelsLast;
using RedGen.Compiler.Kernels.Micro;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Kernels.RunTimeShapes;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Plan.Layouts;
using RedGen.Compiler.Red;
using RedGen.Compiler.State;

namespace RedGen.Compiler.Plan;

/// <summary>Chooses a kernel for every group of nodes and a place for every value.</summary>
internal static class PlanBuilder
{
    /// <summary>Plans a normalised graph; null when diagnostics hold an error.</summary>
    public static ExecutionPlan? Build(Graph graph, ModelReduction reduction, CostTable costs, KernelChoices choices, ModelInfo info, CompilerOptions options, string className, DiagnosticBag diagnostics, CancellationToken cancellationToken, ImmutableArray<StatePair> states = default)
    {
        CheckBoundary(graph, diagnostics);
        var context = new KernelContext(graph, options, reduction)
        {
            Costs = costs,
            PlanBody = body => Build(body, ModelReduction.None, costs, KernelChoices.None, info, options, className, diagnostics, cancellationToken),
        };
        ImmutableArray<NodeGroup> groups = [.. Groups(graph)];
        if (options.Profile == Profile.Micro) groups = PoolBehind.Join(groups, context);
        context = new KernelContext(graph, options, reduction) { PlanBody = context.PlanBody, Costs = costs, Choices = choices.Checked(groups, context, diagnostics) };
        LayoutPlan layouts = LayoutPlanner.Choose(groups, context, cancellationToken);
        graph = layouts.Graph;
        KernelContext before = context;
        context = new KernelContext(graph, options, reduction) { PlanBody = context.PlanBody, Costs = costs, Choices = context.Choices, Layouts = layouts };
        ImmutableArray<Step> steps = PlanSteps(groups, context, layouts, diagnostics, cancellationToken);
        if (diagnostics.HasErrors) return null;
        if (options.IsScalar) steps = MicroUnrolledStep.Choose(steps);
        if (options.Profile == Profile.Micro) steps = RowChains.Choose(graph, steps, options, cancellationToken);
        BufferPlan buffers = BufferPlanner.Place(graph, steps, options.Profile == Profile.Micro ? Arena.WordAlignment : Arena.Alignment);
        if (buffers.ArenaBytes > int.MaxValue - 64)
        {
            diagnostics.Add(DiagnosticCatalog.TooLarge.With("the model", "its values need " + buffers.ArenaBytes.ToString(System.Globalization.CultureInfo.InvariantCulture) + " bytes of scratch memory, more than one array can hold"));
            return null;
        }

        return new ExecutionPlan
        {
            Info = info,
            Options = options,
            ClassName = className,
            Graph = graph,
            States = states.IsDefault ? [] : states,
            Reduction = reduction,
            Candidates = options.ListsKernels ? KernelCandidates.List(groups, before, layouts, steps) : [],
            Root = new Block(buffers.Steps),
            StepNames = StepNames.For(buffers.Steps),
            Buffers = buffers.Buffers,
            Outputs = buffers.Outputs,
            Workspaces = buffers.Workspaces,
            ArenaBytes = (int)buffers.ArenaBytes,
            ArenaLowerBound = (int)buffers.LowerBound,
            WeightBytes = WeightBytes(graph, buffers.Steps, states.IsDefault ? [] : states),
            Parameters = Parameters(graph, buffers.Steps),
            MultiplyAdds = buffers.Steps.Sum(s => s.MultiplyAdds),
            Multiplications = buffers.Steps.Sum(s => s.Multiplications),
        };
    }

    /// <summary>Inputs and outputs must be tensors of a type that C# has, with a known shape.</summary>
    private static void CheckBoundary(Graph graph, DiagnosticBag diagnostics)
    {
        foreach ((Value value, string what) in graph.Inputs.Select(v => (v, "input")).Concat(graph.Outputs.Select(v => (v, "output"))))
        {
            string label = what + " '" + value.Name + "'";
            if (graph.TypeOf(value.Name) is not TensorType tensor)
                diagnostics.Add(DiagnosticCatalog.UnsupportedValue.With(label, "only tensors can be passed; it is " + (graph.TypeOf(value.Name)?.ToString() ?? "of unknown type")));
            else if (tensor.ElementType.CSharpName() is null || tensor.ElementType == ElementType.String)
                diagnostics.Add(DiagnosticCatalog.UnsupportedType.With(label, "element type " + tensor.ElementType.Name() + " has no form in generated code; convert it outside of the model"));
            else if (!tensor.IsStatic && !tensor.IsOpen)
                diagnostics.Add(DiagnosticCatalog.DynamicShape.With(label, "its shape " + tensor.Shape + " is not known at build time"));
        }
    }

    private static ImmutableArray<Step> PlanSteps(ImmutableArray<NodeGroup> groups, KernelContext context, LayoutPlan layouts, DiagnosticBag diagnostics, CancellationToken cancellationToken)
    {
        var steps = new StepList(layouts);
        DepthwiseBlocks blocks = DepthwiseBlocks.Find(groups, layouts, context);
        for (int i = 0; i < groups.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            NodeGroup group = groups[i];
            if (blocks.IsInner(i)) continue;
            if (blocks.EndingAt(i) is { } block)
            {
                steps.Add(block.Plan(context));
                continue;
            }

            if (layouts.Choice(i) is { } choice)
            {
                steps.Add(choice.Kernel.Plan(layouts.Rename(i, group), context, choice.Offer).Of(group.Nodes));
                continue;
            }

            if (!group.IsSingle && TryPlan(group, context) is { } whole)
            {
                steps.Add(whole);
                continue;
            }

            foreach (Node node in group.Nodes)
            {
                if (TryPlan(new NodeGroup([node]), context) is { } step) steps.Add(step);
                else if (!diagnostics.HasErrors || !GraphCaptures.Subgraphs(node).Any()) diagnostics.Add(NoKernel(node, context)); // else the problem lies in a subgraph
            }
        }

        return steps.ToImmutable();
    }

    private static Step? TryPlan(NodeGroup group, KernelContext context)
    {
        if (Measured(group, context) is { } best && KernelCandidates.OverPlanes(group, context).FirstOrDefault(s => s.Kernel == best) is { } wanted) return wanted;
        string name = group.Marked.Operator.QualifiedName;
        foreach (Kernel kernel in group.Nodes.Any(context.IsOpen) ? RunTimeShapeTable.For(name) : KernelTable.For(name, context.Options))
            if (kernel.TryPlan(group, context) is { } step) return step;
        return null;
    }

    /// <summary>The kernel that a group has to take, or that was measured to be the fastest over planes; null: the preferred one.</summary>
    private static string? Measured(NodeGroup group, KernelContext context)
    {
        if (context.Choices.Of(group) is { } chosen) return chosen;
        if (context.Options.KernelTimes is not { } all || !all.TryGetValue(group.Marked.Name, out ImmutableDictionary<string, double>? times)) return null;
        return KernelCandidates.OverPlanes(group, context).Select(static s => s.Kernel).Where(times.ContainsKey).OrderBy(k => times[k]).FirstOrDefault();
    }

    /// <summary>The groups in an order in which every input is there: a group stands where its last node stands.</summary>
    private static IEnumerable<NodeGroup> Groups(Graph graph)
    {
        var members = new Dictionary<string, List<Node>>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            string head = node.FusedInto ?? node.Name;
            if (!members.TryGetValue(head, out List<Node>? list)) members[head] = list = [];
            list.Add(node);
        }

        foreach (Node node in graph.Nodes)
        {
            List<Node> list = members[node.FusedInto ?? node.Name];
            if (ReferenceEquals(list[list.Count - 1], node)) yield return new NodeGroup([.. list]);
        }
    }

    private static Diagnostic NoKernel(Node node, KernelContext context)
    {
        string types = string.Join(", ", node.Inputs.Select(i => i.Length == 0 ? "-" : context.Graph.TypeOf(i)?.ToString() ?? "?"));
        if (context.OpenValue(node) is { } open)
        {
            OpenLength length = context.Type(open).Shape!.Dimensions.First(d => d.Open is not null).Open!;
            return DiagnosticCatalog.DynamicShape.With(node.Label, "no kernel computes it for inputs (" + types + "): the shape of '" + open + "' is known at run time only, since values decide what " + length.Origin + " gives");
        }

        if (context.Options.IsBareMetal)
            return DiagnosticCatalog.NotInProfile.With(node.Label, MicroEmitter.OptionOf(context.Options), "no kernel computes it for inputs (" + types + ")");
        return DiagnosticCatalog.UnsupportedType.With(node.Label, "no kernel computes it for inputs (" + types + ")");
    }

    /// <summary>The steps of a graph and of the bodies among them, each with the graph that it stands in.</summary>
    private static IEnumerable<(Graph Graph, Step Step)> AllSteps(Graph graph, ImmutableArray<Step> steps)
        => steps.SelectMany(s => s.Bodies.SelectMany(b => AllSteps(b.Plan.Graph, b.Plan.Root.Steps)).Prepend((graph, s)));

    /// <summary>Elements of the constants that are floats, or integers that stand for floats.</summary>
    private static long Parameters(Graph graph, ImmutableArray<Step> steps)
        => AllSteps(graph, steps).SelectMany(static p => p.Step.Nodes.SelectMany(static n => n.Inputs.Select((name, i) => (Name: name, IsQuantised: IsQuantised(n, i)))).Select(i => (i.Name, i.IsQuantised, Tensor: p.Graph.ConstantOf(i.Name))))
            .Where(static c => c.Tensor is { } tensor && (c.IsQuantised || tensor.ElementType is ElementType.Float32 or ElementType.Float64 or ElementType.Float16 or ElementType.BFloat16))
            .GroupBy(static c => c.Name, StringComparer.Ordinal).Sum(static g => (long)g.First().Tensor!.Length);

    private static bool IsQuantised(Node node, int input) => node.Operator.Name switch
    {
        "DequantizeLinear" => input == 0,
        "ConvInteger" or "MatMulInteger" => input == 1,
        "QLinearConv" => input is 3 or 8,
        "QLinearMatMul" => input == 3,
        _ => false,
    };

    private static long WeightBytes(Graph graph, ImmutableArray<Step> steps, ImmutableArray<StatePair> states)
    {
        var packed = new HashSet<Weight>(WeightContentComparer.Instance);
        foreach ((Graph around, Step step) in AllSteps(graph, steps))
        {
            foreach (Weight weight in step.Weights.SelectMany(w => w.Emitted)) packed.Add(weight);
            foreach (string input in step.Inputs)
                if (around.ConstantOf(input) is { } tensor) packed.Add(Weight.Of("", tensor));
        }

        foreach (StatePair state in states)
            if (state.Initial is { } initial) packed.Add(Weight.Of("", initial));
        return packed.Sum(w => (long)w.Data.Length);
    }
}
