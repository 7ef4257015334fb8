using System.Collections.Generic;
using System.Collections.Immutable;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Import.Proto;

namespace RedGen.Compiler.Import;

/// <summary>The functions that a model defines.</summary>
internal static class FunctionReader
{
    /// <summary>Reads a function.</summary>
    public static Function Read(FunctionProto proto, ImmutableSortedDictionary<string, int> modelOpsets, ReadContext context)
    {
        string what = "function '" + ReadContext.Shorten(proto.Name) + "'";
        if (proto.Name.Length == 0) throw ReadContext.Malformed("a function", "has no name");
        ImmutableSortedDictionary<string, int> opsets = proto.OpsetImport.Count > 0 ? OpsetReader.Read(proto.OpsetImport, context) : modelOpsets;
        var scope = new NameScope(context, null);
        foreach (string input in proto.Input)
        {
            if (input.Length == 0 || !scope.Define(input))
                throw new ModelException(DiagnosticCatalog.InvalidGraph.With(what + " has two inputs '" + ReadContext.Shorten(input) + "', or one without a name"));
        }

        var graphs = new GraphReader(context, opsets);
        graphs.DeclareNodes(proto.Node, scope);
        foreach (string output in proto.Output)
        {
            if (!scope.Defines(output))
                throw new ModelException(DiagnosticCatalog.InvalidGraph.With(what + ": nothing defines its output '" + ReadContext.Shorten(output) + "'"));
        }

        string domain = OpsetReader.Domain(proto.Domain);
        return new Function(
            new OperatorId(domain, OpsetReader.Overloaded(proto.Name, proto.Overload), modelOpsets.TryGetValue(domain, out int version) ? version : 1),
            [.. proto.Input],
            [.. proto.Output],
            [.. proto.Attribute],
            AttributeReader.Read(proto.AttributeProto, what, graphs, scope),
            graphs.ReadNodes(proto.Node, scope),
            opsets);
    }

    /// <summary>Reads all functions of a model; problems are reported.</summary>
    public static ImmutableArray<Function> ReadAll(ModelProto model, ImmutableSortedDictionary<string, int> modelOpsets, ReadContext context)
    {
        ImmutableArray<Function>.Builder functions = ImmutableArray.CreateBuilder<Function>(model.Functions.Count);
        var known = new HashSet<OperatorId>();
        foreach (FunctionProto proto in model.Functions)
        {
            try
            {
                Function function = Read(proto, modelOpsets, context);
                if (!known.Add(function.Id))
                    throw new ModelException(DiagnosticCatalog.InvalidGraph.With("function '" + ReadContext.Shorten(proto.Name) + "' is defined twice"));
                functions.Add(function);
            }
            catch (ModelException e)
            {
                context.Break(e.Diagnostic);
            }
        }

        return functions.ToImmutable();
    }
}
