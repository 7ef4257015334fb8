using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Kernels;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Operators.Functions;
using Xunit;

namespace RedGen.Compiler.Tests.Tables;

/// <summary>The tables are complete.</summary>
public sealed class OperatorTableTests
{
    /// <summary>What always folds needs no kernel.</summary>
    private static readonly string[] AlwaysFolded = ["Constant", "Shape", "Size"];

    [Fact]
    public void Every_operator_has_a_kernel()
    {
        // Functions are computed by the kernels of their bodies.
        IEnumerable<string> missing = OperatorTable.All.Where(o => o is not FunctionOperator).Select(o => o.Schema)
            .Select(s => s.Domain.Length == 0 ? s.Name : s.Domain + "." + s.Name)
            .Where(name => !AlwaysFolded.Contains(name) && KernelTable.For(name).IsEmpty);
        Assert.Empty(missing);
    }

    [Fact]
    public void Versions_ascend()
        => Assert.All(OperatorTable.All, o => Assert.Equal(o.Schema.Versions.OrderBy(v => v).Distinct(), o.Schema.Versions));
}
