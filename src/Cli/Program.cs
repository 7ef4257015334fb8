using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using System.Threading;
using RedGen.Cli.Commands;

namespace RedGen.Cli;

/// <summary>The redgen tool.</summary>
internal static class Program
{
    private static int Main(string[] args)
    {
        Console.OutputEncoding = new UTF8Encoding(false);
        return Run(args, Console.Out, Console.Error);
    }

    /// <summary>Runs the tool in process.</summary>
    /// <param name="args">The arguments without the program's name.</param>
    /// <param name="output">Takes results.</param>
    /// <param name="error">Takes diagnostics, warnings and progress.</param>
    /// <param name="cancellationToken">Ends commands that take long.</param>
    /// <returns>The exit code: 0 only on success.</returns>
    internal static int Run(IReadOnlyList<string> args, TextWriter output, TextWriter error, CancellationToken cancellationToken = default)
        => Tool.Run(args, output, error, cancellationToken);
}
