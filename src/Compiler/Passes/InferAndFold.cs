using System.Collections.Generic;
using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Infers the type of every value and folds what is constant on the way, in one walk: exporters compute shapes with
/// Shape → Gather → Concat → Reshape, so inference needs the folded values. Reports the problems of all nodes.
/// </summary>
internal sealed partial class InferAndFold : GraphPass
{
    /// <summary>A tensor beyond this many elements cannot be addressed in bytes by a span.</summary>
    private const long ElementLimit = InferenceContext.ElementLimit;

    /// <summary>A folded tensor larger than its inputs may have this many elements; beyond it is computed at run time.</summary>
    private const long FoldLimit = 1 << 16;

    /// <summary>All folded tensors that are larger than their inputs may have this many elements together.</summary>
    private const long FoldTotalLimit = 1 << 21;

    /// <summary>Input elements × output elements up to which products and convolutions are folded.</summary>
    private const long FoldWorkLimit = 1 << 27;

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        Graph unique = UniqueNames.Of(graph);
        return new Walk(unique, context, null).Run(unique.Inputs);
    }

    /// <summary>One graph: the model's, or a subgraph, which sees the values of the graphs around it, or a graph whose nodes move into that of a host.</summary>
    private sealed partial class Walk(Graph graph, PassContext context, Walk? outer, Walk? host = null)
    {
        private readonly ImmutableDictionary<string, Tensor>.Builder _constants = host?._constants ?? graph.Initializers.ToBuilder();
        private readonly Dictionary<string, ValueType> _types = host?._types ?? new(System.StringComparer.Ordinal);
        private readonly Dictionary<string, SymbolicElements> _elements = host?._elements ?? new(System.StringComparer.Ordinal);
        private readonly HashSet<string> _unknown = host?._unknown ?? new(System.StringComparer.Ordinal);
        private readonly ImmutableArray<Node>.Builder _nodes = host?._nodes ?? ImmutableArray.CreateBuilder<Node>(graph.Nodes.Length);
        private readonly bool _isOpen = (host ?? outer)?._isOpen ?? graph.Inputs.Any(static i => i.Type is TensorType { Shape.IsStatic: false });
        private readonly FoldTotal _total = (host ?? outer)?._total ?? new FoldTotal();

        public Graph Run(ImmutableArray<Value> inputs)
        {
            foreach (Value input in inputs)
            {
                if (input.Type is null) continue;
                _types[input.Name] = input.Type;
                if (TooLarge("input '" + input.Name + "'", input.Type, " is ") is not { } problem) continue;
                context.Diagnostics.Add(problem);
                _unknown.Add(input.Name);
            }

            foreach (KeyValuePair<string, Tensor> initializer in graph.Initializers) _types[initializer.Key] = initializer.Value.Type;
            VisitAll();
            ImmutableArray<Value> outputs = [.. graph.Outputs.Select(o => new Value(o.Name, TypeOf(o.Name) ?? o.Type))];
            return new Graph(graph.Name, inputs, outputs, _nodes.ToImmutable(), _constants.ToImmutable(), _types.ToImmutableDictionary());
        }

        private void VisitAll()
        {
            for (int position = 0; position < graph.Nodes.Length; position++)
            {
                context.CancellationToken.ThrowIfCancellationRequested();
                Node node = graph.Nodes[position];
                try
                {
                    Visit(node, position);
                }
                catch (ModelException problem)
                {
                    // Where an input's dimension has no value, shapes that depend on it are no problems of their own.
                    if (!_isOpen || problem.Diagnostic.Descriptor != DiagnosticCatalog.DynamicShape) context.Diagnostics.Add(problem.Diagnostic);
                    foreach (string output in node.Outputs) _unknown.Add(output);
                }
            }
        }

        private void Visit(Node node, int position)
        {
            _position = position;
            Operator op = OperatorTable.Find(node.Operator) ?? throw Unknown(node);
            if (TryInline(node)) return;
            if (GraphCaptures.Reads(node).Any(IsUnknown))
            {
                // Its producer's problem is reported already.
                foreach (string output in node.Outputs) _unknown.Add(output);
                return;
            }

            var types = new TensorType?[node.Inputs.Length];
            var constants = new Tensor?[node.Inputs.Length];
            for (int i = 0; i < types.Length; i++)
            {
                if (!node.HasInput(i)) continue;
                if (TypeOf(node.Inputs[i]) is not { } type) throw new ModelException(DiagnosticCatalog.InvalidGraph.With(node.Label + " reads '" + node.Inputs[i] + "', which has no type"));
                types[i] = type as TensorType ?? throw new ModelException(DiagnosticCatalog.UnsupportedValue.With(node.Label, "input '" + node.Inputs[i] + "' is a " + type));
                constants[i] = ConstantOf(node.Inputs[i]);
            }

            var inference = new InferenceContext(node, types, constants) { Subgraphs = this };
            SchemaCheck.Check(node, op.Schema, inference);
            if (InferOpen(node, position, op, inference, types, constants))
            {
                if (!node.Outputs.All(o => o.Length == 0 || _constants.ContainsKey(o))) _nodes.Add(inference.Node);
                return;
            }

            Record(node, inference);
            if (!TryFold(node, op, types, constants)) _nodes.Add(inference.Node);
        }

        /// <summary>Infers a node; where values of run time decide on lengths, records its types with open dimensions and says so.</summary>
        private bool InferOpen(Node node, int position, Operator op, InferenceContext inference, TensorType?[] types, Tensor?[] constants)
        {
            if (GraphCaptures.Subgraphs(node).Any())
            {
                Infer(node, position, op, inference);
                return false;
            }

            // The operator itself has said that the declared shapes cannot be right.
            bool isRefused = op.AcceptsDeclaredShapes && types.All(t => t is null or { IsStatic: true });
            if (!types.Any(t => t is { IsOpen: true }) || !types.All(t => t is null or { IsStatic: true } or { IsOpen: true }))
            {
                try
                {
                    Infer(node, position, op, inference);
                    FollowElements(node, op, types, constants);
                    return false;
                }
                catch (ModelException problem) when (problem.Diagnostic.Descriptor == DiagnosticCatalog.DynamicShape && types.All(t => t is null or { IsStatic: true }))
                {
                    // Its outputs may have a rank at least.
                }
            }

            var open = OpenInference.Run(node, op, types, constants, ElementsOf(node));
            for (int i = 0; i < node.Outputs.Length; i++)
                if (open.Types[i] is { } type) inference.SetOutput(i, isRefused ? type : Declared(node.Outputs[i], type));
            Record(node, inference);
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (open.Elements[i] is not { } found) continue;
                if (found.IsConstant) _constants[node.Outputs[i]] = new ReferenceTensor(found.Type.ElementType, found.Type.Shape!.ToArray(), [.. found.Items.Select(e => e.Value!.Value)]).ToTensor();
                else _elements[node.Outputs[i]] = found;
            }

            return true;
        }

        /// <summary>Shapes that run time completes are known in part behind what exporters compute them with: Shape → Gather → Concat.</summary>
        private void FollowElements(Node node, Operator op, TensorType?[] types, Tensor?[] constants)
        {
            if (!node.Inputs.Any(_elements.ContainsKey)) return;
            var open = OpenInference.Run(node, op, types, constants, ElementsOf(node));
            for (int i = 0; i < node.Outputs.Length; i++)
                if (open.Elements[i] is { } found) _elements[node.Outputs[i]] = found;
        }

        private SymbolicElements?[] ElementsOf(Node node)
            => [.. node.Inputs.Select(i => i.Length > 0 && _elements.TryGetValue(i, out SymbolicElements? known) ? known : null)];

        /// <summary>The static type that the file declares for a value, where it can be right: generated code checks it.</summary>
        private TensorType Declared(string value, TensorType type)
            => type.IsOpen && graph.TensorTypeOf(value) is { IsStatic: true } declared && declared.ElementType == type.ElementType && declared.Shape!.Rank == type.Shape!.Rank
                && declared.Shape.Dimensions.Zip(type.Shape.Dimensions, (d, t) => (t.IsConstant ? d == t : d.Value <= (t.Limit ?? long.MaxValue))).All(fits => fits) ? declared : type;

        private void Infer(Node node, int position, Operator op, InferenceContext inference)
        {
            try
            {
                op.Infer(inference);
            }
            catch (ModelException problem) when (op.AcceptsDeclaredShapes && problem.Diagnostic.Descriptor == DiagnosticCatalog.DynamicShape)
            {
                if (DeclaredShapes.Of(graph, position, _types) is not { } shapes || !op.InferDeclared(inference, shapes)) throw;
                // A declaration that is wrong about the element type is not to be trusted about the shape.
                bool fits = node.Outputs.Select((o, i) => graph.TensorTypeOf(o) is not { } declared || declared.ElementType == (inference.Outputs[i] as TensorType)?.ElementType).All(same => same);
                if (!fits) throw;
            }
        }

        private void Record(Node node, InferenceContext inference)
        {
            for (int i = 0; i < node.Outputs.Length; i++)
            {
                if (!node.HasOutput(i)) continue;
                ValueType type = inference.Outputs[i] ?? throw inference.Invalid("the operator has no output " + i.ToString(CultureInfo.InvariantCulture));
                if (TooLarge(node.Label, type, "output '" + node.Outputs[i] + "' would be ") is { } problem) throw new ModelException(problem);
                _types[node.Outputs[i]] = type;
            }
        }

        private static Diagnostic? TooLarge(string place, ValueType type, string what)
            => type is TensorType { Shape: { IsStatic: true } shape } && (shape.ElementCount > ElementLimit || shape.Dimensions.Any(d => d.Value > ElementLimit))
                ? DiagnosticCatalog.TooLarge.With(place, what + type + "; the limit is " + ElementLimit.ToString(CultureInfo.InvariantCulture) + " elements")
                : null;

        private bool TryFold(Node node, Operator op, TensorType?[] types, Tensor?[] constants)
        {
            if (!op.IsDeterministic || op.KeepsConstants || GraphCaptures.Subgraphs(node).Any()) return false;
            // A Constant node is as large as its attribute.
            long inputElements = node.Attributes.All.Values.Sum(a => a is TensorAttribute { Value: { } value } ? (long)value.Length : 0);
            if (op.DependsOnTypesOnly) constants = new Tensor?[constants.Length];
            for (int i = 0; i < constants.Length; i++)
            {
                if (!node.HasInput(i) || op.DependsOnTypesOnly) continue;
                if (constants[i] is not { } constant || !CanHold(constant.ElementType)) return false;
                inputElements += constant.Length;
            }

            TensorType?[] outputTypes = [.. node.Outputs.Select(o => o.Length > 0 ? _types[o] as TensorType : null)];
            if (node.Outputs.Where((o, i) => o.Length > 0 && outputTypes[i] is not { IsStatic: true }).Any()) return false;
            if (outputTypes.Any(t => t is not null && !CanHold(t.ElementType))) return false;
            long outputElements = outputTypes.Sum(t => t is null ? 0 : t.Shape!.ElementCount);
            if (outputElements > inputElements)
            {
                if (outputElements > FoldLimit || _total.Elements + outputElements > FoldTotalLimit) return false;
                _total.Elements += outputElements;
            }

            if (!op.IsLinearTime && inputElements * outputElements > FoldWorkLimit) return false;
            var evaluation = new EvaluationContext(node, [.. constants.Select(c => c is null ? null : ReferenceTensor.FromTensor(c))], outputTypes, types);
            op.Evaluate(evaluation);
            for (int i = 0; i < node.Outputs.Length; i++)
                if (node.HasOutput(i)) _constants[node.Outputs[i]] = evaluation.Outputs[i]!.ToTensor();
            return true;
        }

        private static bool CanHold(ElementType type) => type == ElementType.String || ElementCodec.Supports(type);

        private ModelException Unknown(Node node)
        {
            foreach (string output in node.Outputs) _unknown.Add(output);
            string inputs = string.Join(", ", node.Inputs.Select(i => i.Length == 0 ? "-" : TypeOf(i)?.ToString() ?? "?"));
            Operator? newer = OperatorTable.All.FirstOrDefault(o => o.Schema.Name == node.Operator.Name && o.Schema.Domain == node.Operator.Domain);
            string hint = newer is null ? "" : ": it exists from opset " + newer.Schema.Versions[0].ToString(CultureInfo.InvariantCulture) + " on";
            return new ModelException(DiagnosticCatalog.UnsupportedOperator.With(
                node.Label, node.Operator.QualifiedName, node.Operator.Version.ToString(CultureInfo.InvariantCulture), hint + " (inputs: " + inputs + ")"));
        }
    }
}
