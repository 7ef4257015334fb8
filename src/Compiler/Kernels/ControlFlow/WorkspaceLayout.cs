using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.ControlFlow;

/// <summary>A step's workspace in parts, each of its own element type.</summary>
internal sealed class WorkspaceLayout
{
    private readonly List<(ElementType Type, int Length)> _parts = [];

    /// <summary>Adds a part; an empty one takes nothing.</summary>
    /// <returns>Its number.</returns>
    public int Add(ElementType type, int length)
    {
        _parts.Add((type, length));
        return _parts.Count - 1;
    }

    /// <summary>The element type of the workspace: that of all parts, else bytes.</summary>
    public ElementType Type => _parts.Where(p => p.Length > 0).Select(p => p.Type).Distinct().ToArray() is [var only] ? only : ElementType.UInt8;

    /// <summary>Its elements, beyond what an int holds where it is too large.</summary>
    public long Length => Start(_parts.Count);

    /// <summary>The expression of a part.</summary>
    public string Slice(int part)
    {
        (ElementType type, int length) = _parts[part];
        if (length == 0) return "default";
        string start = CSharpLiteral.Of((int)Start(part));
        if (type == Type) return $"workspace.Slice({start}, {CSharpLiteral.Of(length)})";
        return $"MemoryMarshal.Cast<byte, {type.CSharpName()}>(workspace.Slice({start}, {CSharpLiteral.Of(length * type.Bytes())}))";
    }

    private long Start(int part)
    {
        int unit = Type.Bytes();
        long bytes = _parts.Take(part).Sum(p => (((long)p.Length * p.Type.Bytes()) + Arena.Alignment - 1) / Arena.Alignment * Arena.Alignment);
        return bytes / unit;
    }
}
