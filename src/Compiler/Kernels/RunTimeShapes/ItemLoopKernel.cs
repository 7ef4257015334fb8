using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.ControlFlow;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.RunTimeShapes;

/// <summary>
/// Operators that treat every item of a batch by itself, over a batch of run time: the kernel for one item, whose shape is known, in
/// a loop.
/// </summary>
/// <param name="items">The inputs that are split into items; the others are the same for all.</param>
/// <param name="leadingAxes">How many leading axes count items; 0 where the node takes items together.</param>
internal sealed class ItemLoopKernel(ImmutableArray<int> items, System.Func<Node, int, int> leadingAxes) : Kernel
{
    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node node = group.Head;
        if (!group.IsSingle || node.Outputs.Skip(1).Any(o => o.Length > 0) || !items.All(node.HasInput)) return null;
        int leading = leadingAxes(node, context.Type(node.Inputs[items[0]]).Shape!.Rank);
        string[] split = [.. items.Select(i => node.Inputs[i])];
        if (leading < 1 || node.Inputs.Any(i => i.Length > 0 && !split.Contains(i) && context.Type(i).IsOpen)) return null;
        if (split.Any(i => context.Constant(i) is not null) || split.Concat(node.Outputs.Take(1)).Any(v => Item(context.Type(v), leading) is not { Shape.ElementCount: > 0 })) return null;
        Graph graph = new(
            node.Name,
            [.. split.Distinct().Select(i => new Value(i, Item(context.Type(i), leading)))],
            [new Value(node.Outputs[0], Item(context.Type(node.Outputs[0]), leading))],
            [node],
            ImmutableDictionary<string, Tensor>.Empty,
            split.Append(node.Outputs[0]).Distinct().ToImmutableDictionary(v => v, v => (ValueType)Item(context.Type(v), leading)!));
        if (BodyPlanner.Plan(context, graph, [0], "Item", "One item of " + node.Name) is not { } body) return null;
        ImmutableArray<string> captures = BodyPlanner.Captures(body, graph.Inputs.Length);
        return new ItemLoopStep(context, split, leading)
        {
            Nodes = [node],
            Inputs = [.. split.Distinct(), .. captures],
            Outputs = [node.Outputs[0]],
            Bodies = [body],
            WorkspaceType = ArenaText.ElementTypeOf(body.Plan),
            WorkspaceLength = ArenaText.LengthOf(body.Plan),
            MultiplyAdds = body.Plan.MultiplyAdds,
            Summary = CallKernel.Describe(node, context) + ", item by item",
        };
    }

    /// <summary>The type of one item; null where more than the number of items is open.</summary>
    private static TensorType? Item(TensorType type, int leading)
    {
        if (type.Shape!.Rank < leading || !type.Shape.Dimensions.Skip(leading).All(d => d.IsConstant)) return null;
        return type with { Shape = new Shape([.. type.Shape.Dimensions.Select((d, a) => a < leading ? new Dimension(1) : d)]) };
    }

    private sealed class ItemLoopStep(KernelContext context, string[] split, int leading) : Step
    {
        public override string Kernel => "RunTimeShape.Items";

        public override void Emit(StepWriter writer)
        {
            Node node = Nodes[0];
            var call = new OpenCall(writer, context, node);
            int first = node.Inputs.IndexOf(split[0]);
            foreach (string value in split.Distinct())
                if (writer.IsOpen(value)) writer.Line($"Tensors.Check({call.Label}, {writer.Input(Inputs.IndexOf(value))}, {OpenCall.Known(context.Type(value).Shape!)});");
            Shape y = context.Type(node.Outputs[0]).Shape!;
            string lengths = string.Join(", ", y.Dimensions.Select((d, a) => a < leading ? Leading(call, first, a) : CSharpLiteral.Of((int)d.Value)));
            string type = call.OutputType(0);
            int size = Size(node.Outputs[0]);
            writer.Line($"DynamicTensor<{type}> result = Tensors.Create<{type}>({call.Label}, new int[] {{ {lengths} }});");
            writer.Line($"int count = result.Length / {CSharpLiteral.Of(size)};");
            foreach (string other in split.Distinct().Skip(1))
                writer.Line($"if ({call.Elements(node.Inputs.IndexOf(other))}.Length != count * {CSharpLiteral.Of(Size(other))}) throw new ArgumentException({CSharpLiteral.Of(node.Label + ": its inputs have different numbers of items.")});");
            using (writer.Block("for (int i = 0; i < count; i++)"))
            {
                string Input(string value) => !split.Contains(value) ? writer.Input(Inputs.IndexOf(value))
                    : $"{call.Elements(node.Inputs.IndexOf(value))}.Slice(i * {CSharpLiteral.Of(Size(value))}, {CSharpLiteral.Of(Size(value))})";
                writer.Line(writer.Bodies[0].Call(Input, _ => $"result.Span.Slice(i * {CSharpLiteral.Of(size)}, {CSharpLiteral.Of(size)})", writer.Workspace));
            }

            call.Finish(0, "result", isChecked: false);
        }

        private int Size(string value) => (int)Item(context.Type(value), leading)!.Shape!.ElementCount;

        private string Leading(OpenCall call, int input, int axis)
        {
            Dimension length = context.Type(call.Node.Inputs[input]).Shape![axis];
            return length.IsConstant ? CSharpLiteral.Of((int)length.Value) : $"{call.Name(input)}.Lengths[{CSharpLiteral.Of(axis)}]";
        }
    }
}
