using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Google.Protobuf.Collections;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>Reads graphs, and the graphs inside them, under one set of opset imports.</summary>
internal sealed class GraphReader(ReadContext context, ImmutableSortedDictionary<string, int> opsets)
{
    public ReadContext Context => context;

    /// <summary>Reads a graph. Problems of its parts are reported, and the rest is read on.</summary>
    public Graph Read(GraphProto proto, NameScope? outer)
    {
        context.Cancellation.ThrowIfCancellationRequested();
        var scope = new NameScope(context, outer);
        HashSet<string> initialized = InitializerNames(proto);
        Declare(proto, initialized, scope);
        ImmutableDictionary<string, Tensor> initializers = ReadInitializers(proto, scope);
        ImmutableArray<Value> inputs = [.. proto.Input.Where(i => !initialized.Contains(i.Name)).Select(i => ReadValue(i, "input", scope))];
        ImmutableArray<Node> nodes = ReadNodes(proto.Node, scope);
        ImmutableArray<Value> outputs = [.. proto.Output.Select(o => ReadOutput(o, scope))];
        ImmutableDictionary<string, Graphs.ValueType> types = ReadTypes(proto, inputs, outputs, initializers, scope);

        // An output that is an input or a constant as it stands has the type of that, whatever the file states for it.
        outputs = [.. outputs.Select(o => types.TryGetValue(o.Name, out Graphs.ValueType? type) ? o with { Type = type } : o)];
        return new Graph(proto.Name, inputs, outputs, nodes, initializers, types);
    }

    /// <summary>Reads nodes in topological order, which not every file keeps.</summary>
    public ImmutableArray<Node> ReadNodes(RepeatedField<NodeProto> protos, NameScope scope)
    {
        var names = new HashSet<string>(protos.Select(p => p.Name), StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        ImmutableArray<Node>.Builder nodes = ImmutableArray.CreateBuilder<Node>(protos.Count);
        for (int i = 0; i < protos.Count; i++)
        {
            string name = UniqueName(protos[i], i, names, used);
            try
            {
                nodes.Add(ReadNode(protos[i], name, scope));
            }
            catch (ModelException e)
            {
                context.Break(e.Diagnostic);
            }
        }

        ImmutableArray<Node> sorted = TopologicalOrder.Sort(nodes.ToImmutable(), out ImmutableArray<Node> cycle);
        if (!cycle.IsEmpty && !context.IsBroken) // a value defined twice looks like a cycle too
            context.Break(DiagnosticCatalog.InvalidGraph.With("the graph has a cycle: " + string.Join(" → ", cycle.Take(8).Select(n => "'" + ReadContext.Shorten(n.Name) + "'"))));
        return sorted;
    }

    /// <summary>Defines the outputs of nodes.</summary>
    public void DeclareNodes(RepeatedField<NodeProto> nodes, NameScope scope)
    {
        foreach (NodeProto node in nodes)
        {
            foreach (string output in node.Output)
            {
                if (output.Length > 0 && !scope.Define(output))
                    context.Break(DiagnosticCatalog.InvalidGraph.With("value '" + ReadContext.Shorten(output) + "' is defined twice; the second time by node '" + ReadContext.Shorten(node.Name) + "' (" + ReadContext.Shorten(node.OpType) + ")"));
            }
        }
    }

    private void Declare(GraphProto proto, HashSet<string> initialized, NameScope scope)
    {
        foreach (ValueInfoProto input in proto.Input)
        {
            // IR versions before 4 list every initializer as an input too; from 4 on that is an input with a default.
            if (!initialized.Contains(input.Name)) DefineOnce(input.Name, "input", scope);
        }

        foreach (TensorProto initializer in proto.Initializer) DefineOnce(initializer.Name, "initializer", scope);
        foreach (SparseTensorProto initializer in proto.SparseInitializer) DefineOnce(initializer.Values?.Name ?? "", "sparse initializer", scope);
        DeclareNodes(proto.Node, scope);
    }

    private void DefineOnce(string name, string kind, NameScope scope)
    {
        if (name.Length == 0) context.Break(DiagnosticCatalog.InvalidGraph.With("an " + kind + " has no name"));
        else if (!scope.Define(name)) context.Break(DiagnosticCatalog.InvalidGraph.With(kind + " '" + ReadContext.Shorten(name) + "' is defined twice"));
    }

    private static HashSet<string> InitializerNames(GraphProto proto)
    {
        var names = new HashSet<string>(proto.Initializer.Select(i => i.Name), StringComparer.Ordinal);
        names.UnionWith(proto.SparseInitializer.Select(i => i.Values?.Name ?? ""));
        return names;
    }

    private ImmutableDictionary<string, Tensor> ReadInitializers(GraphProto proto, NameScope scope)
    {
        ImmutableDictionary<string, Tensor>.Builder initializers = ImmutableDictionary.CreateBuilder<string, Tensor>(StringComparer.Ordinal);
        foreach (TensorProto tensor in proto.Initializer)
            ReadInitializer(tensor.Name, what => TensorReader.Read(tensor, what, context));
        foreach (SparseTensorProto tensor in proto.SparseInitializer)
            ReadInitializer(tensor.Values?.Name ?? "", what => SparseTensorReader.Read(tensor, what, context));
        return initializers.ToImmutable();

        void ReadInitializer(string name, Func<string, Tensor> read)
        {
            if (scope.Resolve(name) is not { } resolved) return;
            try
            {
                initializers[resolved] = read("initializer '" + ReadContext.Shorten(name) + "'");
            }
            catch (ModelException e)
            {
                context.Break(e.Diagnostic);
            }
        }
    }

    private Value ReadValue(ValueInfoProto proto, string kind, NameScope scope)
        => new(scope.Resolve(proto.Name) ?? proto.Name, TypeReader.Read(proto.Type, kind + " '" + ReadContext.Shorten(proto.Name) + "'", context));

    private Value ReadOutput(ValueInfoProto proto, NameScope scope)
    {
        if (scope.Resolve(proto.Name) is null)
            context.Break(DiagnosticCatalog.InvalidGraph.With("nothing defines the output '" + ReadContext.Shorten(proto.Name) + "'"));
        return ReadValue(proto, "output", scope);
    }

    private Node ReadNode(NodeProto proto, string name, NameScope scope)
    {
        string what = "node '" + ReadContext.Shorten(name) + "' (" + ReadContext.Shorten(proto.OpType) + ")";
        if (proto.OpType.Length == 0) throw ReadContext.Malformed(what, "has no operator");
        return new Node
        {
            Name = name,
            Operator = new OperatorId(OpsetReader.Domain(proto.Domain), OpsetReader.Overloaded(proto.OpType, proto.Overload), Version(proto, what)),
            Inputs = [.. proto.Input.Select(input => ResolveInput(input, what, scope))],
            Outputs = [.. proto.Output.Select(output => scope.Resolve(output) ?? output)],
            Attributes = AttributeReader.Read(proto.Attribute, what, this, scope),
        };
    }

    private string ResolveInput(string input, string what, NameScope scope)
    {
        if (input.Length == 0) return input;
        if (scope.Resolve(input) is { } resolved) return resolved;
        context.Break(DiagnosticCatalog.InvalidGraph.With(what + " reads '" + ReadContext.Shorten(input) + "', which nothing defines"));
        return input;
    }

    private int Version(NodeProto proto, string what)
    {
        string domain = OpsetReader.Domain(proto.Domain);
        if (opsets.TryGetValue(domain, out int version)) return version;
        if (domain.Length == 0) context.Report(DiagnosticCatalog.UnsupportedOpset.With("ai.onnx", "0", "the model uses the domain (" + what + ") and does not import it"));
        return 1; // writers leave out the import of their own domains; their first version is meant
    }

    private string UniqueName(NodeProto proto, int index, HashSet<string> names, HashSet<string> used)
    {
        string wanted = proto.Name.Length > 0 ? proto.Name : (proto.OpType.Length > 0 ? proto.OpType : "node") + "_" + ReadContext.Text(index);
        string name = wanted;
        while ((name != proto.Name && names.Contains(name)) || used.Contains(name)) name = wanted + "_n" + ReadContext.Text(context.NextSuffix++);
        used.Add(name);
        return name;
    }

    private static ImmutableDictionary<string, Graphs.ValueType> ReadTypes(
        GraphProto proto, ImmutableArray<Value> inputs, ImmutableArray<Value> outputs, ImmutableDictionary<string, Tensor> initializers, NameScope scope)
    {
        ImmutableDictionary<string, Graphs.ValueType>.Builder types = ImmutableDictionary.CreateBuilder<string, Graphs.ValueType>(StringComparer.Ordinal);
        foreach (ValueInfoProto info in proto.ValueInfo)
        {
            // Exporters leave types of values behind that an optimiser has removed.
            if (scope.Defines(info.Name) && TypeReader.Read(info.Type, "", null) is { } type) types[scope.Resolve(info.Name)!] = type;
        }

        foreach (Value value in outputs.Concat(inputs))
            if (value.Type is not null && scope.Owns(value.Name)) types[value.Name] = value.Type; // a subgraph may hand out an outer value
        foreach (KeyValuePair<string, Tensor> initializer in initializers) types[initializer.Key] = initializer.Value.Type;
        return types.ToImmutable();
    }
}
